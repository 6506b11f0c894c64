using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Switchyard.Serving;

/// <summary>How the rows that a model scores are compared with those it was trained on.</summary>
public sealed record DriftOptions
{
    [Description("One of so many rows is counted, which costs about as much as scoring it again alone; 0 = none.")]
    [Range(0, 1_000_000)]
    public int Sample { get; init; } = 1000;

    [Description("Counted rows of the sliding window, all scenarios of a version together; it moves on by a tenth.")]
    [Range(100, 100_000_000)]
    public int WindowRows { get; init; } = 20_000;
}
