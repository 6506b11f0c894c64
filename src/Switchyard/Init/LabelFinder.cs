using System.Globalization;

namespace Switchyard;

/// <summary>Finds the labels of a log by the names and values of its columns, and the funnels among them.</summary>
static class LabelFinder
{
    /// <summary>Share of a task's positives that may lack the parent's before a funnel is not even suggested.</summary>
    const double NearlyAlways = 0.01;

    const int FewRatings = 20;

    public static void Find(Proposal proposal)
    {
        var columns = proposal.Sample.Columns.Where(c => ConditionWriting.CanName(c.Name) && c.Distinct > 1).ToList();
        foreach (var column in columns.Where(c => ColumnNames.IsLabel(c.Name)))
        {
            if (column.Traits.Time == TimeFormat.None && Task(column, proposal.Unsure) is { } task) Add(proposal, task);
        }

        foreach (var column in columns.Where(c => ColumnNames.IsRating(c.Name) && !proposal.IsLeftOut(c) && IsRating(c)))
            Rating(proposal, column);
        if (proposal.Tasks.Count == 0) Guess(proposal, columns);
        proposal.Tasks = Funnels(proposal);
    }

    static bool IsRating(SampleColumn column) => column.Traits.IsInteger && column.Distinct is > 2 and <= FewRatings;

    static void Add(Proposal proposal, ProposedTask task)
    {
        var twin = proposal.Tasks.FirstOrDefault(t => Enumerable.Range(0, proposal.Sample.Rows).All(r => t[r].Equals(task[r])));
        if (twin is null) proposal.Tasks.Add(task);
        else proposal.Unsure.Add($"'{task.Name}' is the same as '{twin.Name}' in every row; only '{twin.Name}' is a task");
        proposal.LeftOut.Add(new LeftOut(task.Column, twin is null ? "a label" : $"the same as the label {twin.Name}"));
    }

    /// <summary>The task that a column with the name of a label stands for; null where its values are none.</summary>
    static ProposedTask? Task(SampleColumn column, List<string> unsure)
    {
        if (column.Traits.IsBinary) return Binary(column);
        if (column.Traits.IsInteger && column.Traits.Minimum == 0)
        {
            unsure.Add($"'{column.Name}' counts up to {Number(column.Traits.Maximum)}; the task is whether it is above 0");
            return Above(column, 0);
        }

        if (column.Distinct != 2 || ConditionWriting.Value(column.Text(column.ByFrequency.Last())) is null) return null;
        var rare = column.Text(column.ByFrequency.Last());
        unsure.Add($"'{column.Name}' has two values; '{rare}', the rarer one, is taken as the positive");
        return Equal(column, column.ByFrequency.Last());
    }

    static void Rating(Proposal proposal, SampleColumn column)
    {
        var best = Number(column.Traits.Maximum);
        proposal.TaskSuggestions.Add($"top_{string.Join('_', ColumnNames.Words(column.Name))}: {YamlText.Value(Scalars.Text($"{ConditionWriting.Column(column.Name)} >= {best}"))}");
        proposal.LeftOut.Add(new LeftOut(column, "an outcome rather than an input; see the task suggested below"));
        proposal.Unsure.Add($"'{column.Name}' looks like a rating: no field; as a task it stands as a comment");
    }

    /// <summary>A task has to be there: the likeliest column, and the user is told.</summary>
    static void Guess(Proposal proposal, List<SampleColumn> columns)
    {
        var ratings = columns.Where(c => ColumnNames.IsRating(c.Name) && IsRating(c)).ToList();
        var plain = columns.Where(c => c.Traits.Time == TimeFormat.None).ToList();
        var task = ratings.Select(c => Above(c, c.Traits.Maximum, orEqual: true)).FirstOrDefault();
        task ??= plain.Where(c => c.Traits.IsBinary).OrderBy(c => ColumnNames.IsCode(c.Name)).ThenByDescending(c => c.Index).Select(Binary).FirstOrDefault();
        task ??= plain.Where(c => c.Distinct <= FewRatings).Reverse().Select(Commonest).FirstOrDefault(t => t is not null);
        task ??= plain.LastOrDefault(c => c.Traits.IsNumeric && c.Traits.Maximum > c.Traits.Minimum) is { } number ? Above(number, number.Traits.Maximum, orEqual: true) : null;
        task ??= proposal.Sample.Columns.Where(c => ConditionWriting.CanName(c.Name)).Reverse().Select(Commonest).FirstOrDefault(t => t is not null);
        task ??= proposal.Sample.Columns.Where(c => ConditionWriting.CanName(c.Name)).Reverse().Select(Presence).FirstOrDefault();
        if (task is null) throw new Data.InputException("No column has a name that a condition can use (not empty, no backtick); give the file a header line with names.");
        proposal.LeftOut.RemoveAll(l => l.Column == task.Column);
        Add(proposal, task);
        proposal.TaskSuggestions.RemoveAll(s => ratings.Count > 0 && s.StartsWith($"top_{string.Join('_', ColumnNames.Words(task.Name))}:", StringComparison.Ordinal));
        proposal.Unsure.Add($"no column has the name of a label (click, conversion, label, …); '{task.Label}' is a guess");
    }

    static ProposedTask Binary(SampleColumn column) => new(column.Name, ConditionWriting.Column(column.Name), column,
        ByCode(column, code => column.Text(code) is var text && (text.Equals("true", StringComparison.OrdinalIgnoreCase) || (Parse(text) is { } number && number == 1))));

    static ProposedTask Above(SampleColumn column, double limit, bool orEqual = false) => new(column.Name,
        $"{ConditionWriting.Column(column.Name)} {(orEqual ? ">=" : ">")} {Number(limit)}", column,
        ByCode(column, code => Parse(column.Text(code)) is { } number && (orEqual ? number >= limit : number > limit)));

    static ProposedTask Equal(SampleColumn column, int positive) => new(column.Name,
        $"{ConditionWriting.Column(column.Name)} == {ConditionWriting.Value(column.Text(positive))}", column, ByCode(column, code => code == positive));

    static ProposedTask? Commonest(SampleColumn column) =>
        column.ByFrequency.Where(c => ConditionWriting.Value(column.Text(c)) is not null).Select(c => (int?)c).FirstOrDefault() is { } code ? Equal(column, code) : null;

    static ProposedTask Presence(SampleColumn column) => new(column.Name, $"{ConditionWriting.Column(column.Name)} is present", column,
        [.. Enumerable.Range(0, column.Distinct + 1).Select(c => c == column.MissingCode ? 0f : 1f)]);

    static float[] ByCode(SampleColumn column, Func<int, bool> positive)
    {
        var labels = new float[column.Distinct + (column.Missing > 0 ? 1 : 0)];
        for (var code = 0; code < labels.Length; code++) labels[code] = code == column.MissingCode ? float.NaN : positive(code) ? 1 : 0;
        return labels;
    }

    /// <summary>Orders tasks from frequent to rare and chains those that are 1 only where another is.</summary>
    static List<ProposedTask> Funnels(Proposal proposal)
    {
        var ordered = proposal.Tasks.OrderByDescending(t => t.Positives).ToList();
        for (var b = 1; b < ordered.Count; b++)
        {
            for (var a = b - 1; a >= 0; a--)
            {
                var outside = Outside(ordered[b], ordered[a], proposal.Sample.Rows);
                if (ordered[b].Positives == 0 || outside > NearlyAlways * ordered[b].Positives) continue;
                if (outside == 0)
                {
                    ordered[b] = ordered[b] with { Given = ordered[a].Name };
                    break;
                }

                proposal.TaskSuggestions.Add($"'{ordered[b].Name}' is 1 without '{ordered[a].Name}' in {outside} rows only; if that is an error, add  given: {ordered[a].Name}");
            }
        }

        return ordered;
    }

    static long Outside(ProposedTask inner, ProposedTask outer, int rows)
    {
        long outside = 0;
        for (var row = 0; row < rows; row++)
            if (inner[row] > 0 && !(outer[row] > 0))
                outside++;
        return outside;
    }

    static double? Parse(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
