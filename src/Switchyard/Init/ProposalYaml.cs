using System.Globalization;
using System.Text;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Writes a proposal as the commented configuration that train accepts as it is.</summary>
static class ProposalYaml
{
    const int CommentColumn = 48;

    /// <param name="proposal">What to write.</param>
    /// <param name="directory">Absolute folder of the configuration: paths become relative to it.</param>
    public static string Write(Proposal proposal, string directory)
    {
        var text = new StringBuilder();
        text.Append("# Proposed by 'switchyard init' from a sample of the log; every line is yours to change.\n");
        text.Append("# Keys: docs/configuration.md. Check the data with 'switchyard validate', then 'switchyard train'.\n");
        foreach (var unsure in proposal.Unsure) Comment(text, $"unsure: {unsure}", 0);
        text.Append("\nsources:\n");
        foreach (var source in proposal.Sample.Sources) text.Append("  - ").Append(Source(source, directory)).Append('\n');
        text.Append("\nfields:\n");
        foreach (var field in proposal.Fields) Line(text, $"  - {Field(field.Spec)}", field.Note);
        foreach (var left in proposal.LeftOut.Where(l => proposal.Tasks.All(t => t.Column != l.Column))) Comment(text, $"left out: {left.Column.Name} – {left.Reason}", 2);
        Scenario(text, proposal);
        text.Append("\ntasks:\n");
        foreach (var task in proposal.Tasks) Line(text, $"  {Word(task.Name)}: {Task(task)}", Rate(task));
        foreach (var suggestion in proposal.TaskSuggestions) Comment(text, suggestion, 2);
        if (proposal.Group is { } group)
        {
            text.Append('\n');
            Line(text, $"group: {Word(group.Name)}", $"{group.Distinct.ToString("N0", CultureInfo.InvariantCulture)} lists: GAUC, NDCG and MRR inside each");
        }

        text.Append('\n');
        Comment(text, proposal.Split.Note, 0);
        text.Append("split:\n");
        text.Append("  train: ").Append(Conditions(proposal.Split.Train)).Append('\n');
        text.Append("  validation: ").Append(Conditions(proposal.Split.Validation)).Append('\n');
        text.Append("  test: ").Append(Conditions(proposal.Split.Test)).Append('\n');
        if (proposal.Split.KeepIdenticalRowsTogether) text.Append("  keep_identical_rows_together: true\n");
        text.Append("\nmodel: ").Append(proposal.Scenario.Count > 0 ? "aesm2" : "mmoe").Append('\n');
        return text.ToString();
    }

    static void Scenario(StringBuilder text, Proposal proposal)
    {
        text.Append('\n');
        if (proposal.Scenario.Count == 0)
        {
            text.Append("# scenario: [coarse, fine]   # columns that name the entry, channel or country a row came from\n");
            return;
        }

        Line(text, $"scenario: [{string.Join(", ", proposal.Scenario.Select(c => Word(c.Name)))}]", proposal.ScenarioNote);
        Line(text, "unknown_scenario: parent", "missing and unseen values are scored as their siblings' mean; error refuses them");
    }

    static string Source(SourceSpec source, string directory)
    {
        var path = Path.GetRelativePath(directory, source.Path!).Replace('\\', '/');
        if (source.Query is { } query) return $"{{path: {Word(path)}, query: {Word(query)}}}";
        return source.Separator is { } separator
            ? $"{{path: {Word(path)}, separator: {(separator == '\t' ? "tab" : YamlText.Value(Scalars.Text(separator.ToString())))}}}"
            : Word(path);
    }

    static string Field(FieldSpec field)
    {
        var options = new List<string>();
        if (field.Type == FieldType.Numeric) options.Add("type: numeric");
        if (field.Type == FieldType.MultiValue) options.Add($"type: multi-value, separator: {YamlText.Value(Scalars.Text(field.Separator.ToString()))}");
        if (field.MinCount > 1) options.Add(string.Create(CultureInfo.InvariantCulture, $"min_count: {field.MinCount}"));
        return options.Count == 0 ? Word(field.Name) : $"{{name: {Word(field.Name)}, {string.Join(", ", options)}}}";
    }

    static string Task(ProposedTask task) => task.Given is { } given ? $"{{label: {Word(task.Label)}, given: {Word(given)}}}" : Word(task.Label);

    static string Rate(ProposedTask task) =>
        string.Create(CultureInfo.InvariantCulture, $"{task.Positives:N0} of {task.Observed:N0} sampled rows ({(double)task.Positives / Math.Max(1, task.Observed):P2})");

    static string Conditions(string[] conditions) => conditions.Length == 1 ? Word(conditions[0]) : $"[{string.Join(", ", conditions.Select(Word))}]";

    static string Word(string text) => YamlText.Value(Scalars.Text(text));

    static void Line(StringBuilder text, string line, string comment) =>
        text.Append(line.PadRight(CommentColumn)).Append("  # ").Append(OneLine.Of(comment)).Append('\n');

    static void Comment(StringBuilder text, string comment, int indent) =>
        text.Append(' ', indent).Append("# ").Append(OneLine.Of(comment)).Append('\n');
}
