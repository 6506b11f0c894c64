using System.Collections.Immutable;

namespace Switchyard.Generation;

/// <summary>
/// A made-up product whose users act by known probabilities: rows like those of its log, any number of them, and what a model
/// could know of it at best. Two worlds with the same options are the same, bit for bit.
/// </summary>
public abstract class World
{
    /// <summary>Name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Columns of the log.</summary>
    public abstract ImmutableArray<string> Columns { get; }

    /// <summary>Leaf scenarios in mixed radix, coarse level first, named as in the table: <c>channel/domain</c>.</summary>
    public abstract ImmutableArray<string> Scenarios { get; }

    /// <summary>Tasks in the order of the funnel; the probability of each includes those before it.</summary>
    public abstract ImmutableArray<string> Tasks { get; }

    /// <summary>The log from its first row.</summary>
    /// <param name="rows">Rows the log will have; places a row in time and changes nothing else of it.</param>
    /// <param name="firstSearch">Number of its first search. Logs whose searches have no number in common have the world in common only.</param>
    public abstract RowGenerator Generate(long rows, long firstSearch = 0);

    /// <summary>Adds rows that are not part of the log, each in every scenario, to the counts behind the population's best AUC.</summary>
    internal abstract void Survey(AucCounter best);

    /// <summary>What was planted, for the truth file.</summary>
    internal abstract Planting Planted { get; }

    /// <summary>A configuration that <c>train</c> accepts.</summary>
    /// <param name="log">Path of the log relative to the configuration.</param>
    public abstract string Configuration(string log);
}

/// <summary>Makes one row after the other. Its properties describe the current row and are overwritten by the next.</summary>
public abstract class RowGenerator
{
    /// <summary>Goes to the next row. There is always one: a log ends where its writer stops.</summary>
    public abstract void Next();

    /// <summary>The row as it stands in the log, without line end.</summary>
    public abstract ReadOnlySpan<char> Text { get; }

    /// <summary>Number of the row's leaf scenario.</summary>
    public abstract int Scenario { get; }

    /// <summary>Whether the configuration's split makes it a test row.</summary>
    public abstract bool IsTest { get; }

    /// <summary>Whether the user did it.</summary>
    public abstract bool Label(int task);

    /// <summary>Probability of a task's label as the row was shown.</summary>
    public abstract double Logged(int task);

    /// <summary>Probability had every position field its fixed value: what the evaluation table measures a model's scores against.</summary>
    public abstract double Served(int task);
}
