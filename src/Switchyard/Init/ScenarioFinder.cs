using Switchyard.Data;

namespace Switchyard;

/// <summary>Chooses the scenario columns: few values, and a name that products give their entries.</summary>
static class ScenarioFinder
{
    const int MostValues = 20;
    const int MostGuessedValues = 12;

    /// <summary>Rows of the sample per leaf, below which a second level is not proposed.</summary>
    const int RowsPerLeaf = 50;

    public static void Find(Proposal proposal)
    {
        var candidates = proposal.Fields.Where(IsCandidate).Select(f => f.Column).ToList();
        var named = Ranked(candidates, ColumnNames.ScenarioRank);
        if (named.Count > 0)
        {
            proposal.Scenario.Add(named[0]);
            if (named.Skip(1).FirstOrDefault(c => Fits(named[0], c)) is { } second) proposal.Scenario.Add(second);
            var left = named.Except(proposal.Scenario).Select(c => $"'{c.Name}'").ToList();
            if (left.Count > 0) proposal.Unsure.Add($"scenario is {Names(proposal)}; it could also be {string.Join(" or ", left)}");
        }
        else if (Ranked(candidates, ColumnNames.WeakScenarioRank).Concat(candidates.Where(c => !c.Traits.IsNumeric && c.Distinct <= MostGuessedValues)).FirstOrDefault() is { } guess)
        {
            proposal.Scenario.Add(guess);
            proposal.Unsure.Add($"no column has the name of a scenario (channel, scene, tab, country, …); '{guess.Name}' is a guess");
        }
        else
        {
            proposal.Unsure.Add("no column can be a scenario; the model is one for all rows");
        }

        proposal.Scenario.Sort((a, b) => a.Distinct != b.Distinct ? a.Distinct.CompareTo(b.Distinct) : a.Index.CompareTo(b.Index));
        proposal.ScenarioNote = string.Join(", ", proposal.Scenario.Select(c => $"{c.Name}: {string.Join(", ", c.ByFrequency.Take(5).Select(c.Text))}{(c.Distinct > 5 ? ", …" : "")}"));
    }

    static bool IsCandidate(ProposedField field) =>
        field.Spec.Type == FieldType.Categorical && field.Column.Distinct is >= 2 and <= MostValues && 2 * field.Column.Missing < field.Column.Rows
        && !ColumnNames.IsPosition(field.Column.Name);

    static List<SampleColumn> Ranked(List<SampleColumn> columns, Func<string, int?> rank) =>
        [.. columns.Where(c => rank(c.Name) is not null).OrderBy(c => rank(c.Name)).ThenBy(c => ColumnNames.Words(c.Name).Count).ThenBy(c => c.Index)];

    static bool Fits(SampleColumn first, SampleColumn second)
    {
        var leaves = new HashSet<(int, int)>();
        for (var row = 0; row < first.Rows; row++) leaves.Add((first.Codes[row], second.Codes[row]));
        // As many pairs as values: the one follows from the other, and a level of its own says nothing new.
        return leaves.Count > Math.Max(first.Distinct, second.Distinct) && leaves.Count * RowsPerLeaf <= first.Rows;
    }

    static string Names(Proposal proposal) => string.Join(" and ", proposal.Scenario.Select(c => $"'{c.Name}'"));
}
