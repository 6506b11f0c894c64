using Switchyard.Data;

namespace Switchyard;

/// <summary>A field that init proposes.</summary>
/// <param name="Column">The sampled column.</param>
/// <param name="Spec">How to read it.</param>
/// <param name="Note">What was seen, for a comment.</param>
sealed record ProposedField(SampleColumn Column, FieldSpec Spec, string Note);

/// <summary>A task that init proposes, with its label in every row of the sample.</summary>
/// <param name="Name">Task, and label column.</param>
/// <param name="Label">Condition as written.</param>
/// <param name="Column">The label's column.</param>
/// <param name="ByCode">Label (0, 1, NaN) of every value of the column.</param>
/// <param name="Given">Task it is given, null for none.</param>
sealed record ProposedTask(string Name, string Label, SampleColumn Column, float[] ByCode, string? Given = null)
{
    public float this[int row] => ByCode[Column.Codes[row]];

    public long Observed => Count(static l => !float.IsNaN(l));

    public long Positives => Count(static l => l > 0);

    long Count(Func<float, bool> holds) => Enumerable.Range(0, ByCode.Length).Where(c => holds(ByCode[c])).Sum(c => (long)Column.Count(c));
}

/// <summary>A split that init proposes.</summary>
sealed record ProposedSplit(string[] Train, string[] Validation, string[] Test, bool KeepIdenticalRowsTogether, string Note);

/// <summary>A column that is no field, and why.</summary>
sealed record LeftOut(SampleColumn Column, string Reason);

/// <summary>Everything init proposes for a log.</summary>
sealed class Proposal
{
    public required LogSample Sample { get; init; }

    public List<ProposedField> Fields { get; } = [];

    public List<LeftOut> LeftOut { get; } = [];

    public List<ProposedTask> Tasks { get; set; } = [];

    /// <summary>Lines for comments under tasks: labels that may be meant.</summary>
    public List<string> TaskSuggestions { get; } = [];

    public List<SampleColumn> Scenario { get; } = [];

    public string ScenarioNote { get; set; } = "";

    public SampleColumn? Group { get; set; }

    public ProposedSplit Split { get; set; } = new([], [], [], false, "");

    /// <summary>What a person should look at.</summary>
    public List<string> Unsure { get; } = [];

    /// <summary>Columns of few whole numbers without the name of a code.</summary>
    public List<string> FewNumbers { get; } = [];

    public bool IsLeftOut(SampleColumn column) => LeftOut.Any(l => l.Column == column);

    /// <summary>Works out a proposal from a sample.</summary>
    public static Proposal For(LogSample sample)
    {
        var proposal = new Proposal { Sample = sample };
        LabelFinder.Find(proposal);
        foreach (var column in sample.Columns)
            if (!proposal.IsLeftOut(column))
                FieldFinder.Find(proposal, column);
        if (proposal.FewNumbers.Count > 0)
            proposal.Unsure.Add($"{string.Join(", ", proposal.FewNumbers.Select(n => $"'{n}'"))}: at most {FieldFinder.FewCodes} whole numbers, read as categorical; where they are amounts, write type: numeric");
        LeakFinder.Find(proposal);
        GroupFinder.Find(proposal);
        ScenarioFinder.Find(proposal);
        SplitFinder.Find(proposal);
        FieldFinder.KeepOne(proposal);
        return proposal;
    }
}
