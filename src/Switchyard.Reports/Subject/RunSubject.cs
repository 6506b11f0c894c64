using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Models;

namespace Switchyard.Reports;

/// <summary>One trained model with all that a report says of it.</summary>
sealed record RunSubject
{
    public required LoadedBundle Bundle { get; init; }

    /// <summary>The run that trained it, or whose rows are read.</summary>
    public required RunConfiguration Configuration { get; init; }

    /// <summary>Part that was measured: test, or validation where there is no test row.</summary>
    public required Part Part { get; init; }

    public required MeasuredRows Rows { get; init; }

    /// <summary>[task][row].</summary>
    public required float[][] Scores { get; init; }

    public required EvaluationReport Evaluation { get; init; }

    public required CellEstimates Estimates { get; init; }

    /// <summary>The gates; without layers where the model has none.</summary>
    public required ExpertUse Use { get; init; }

    /// <summary>What every field is worth; null where it was not measured.</summary>
    public ImportanceReport? Importance { get; init; }

    /// <summary>Why it was not.</summary>
    public string? NoImportance { get; init; }

    /// <summary>The log of the training; null where there is none.</summary>
    public TrainingLog? Log { get; init; }

    /// <summary>Why there is none.</summary>
    public string? NoLog { get; init; }

    public Ranker Ranker => Bundle.Ranker;

    public Schema Schema => Bundle.Ranker.Schema;

    /// <summary>What layers and experts are called.</summary>
    public ModelStructure Structure => new(Ranker.Options, [.. Schema.Tasks.Select(t => t.Name)], [.. Schema.Levels.Select(l => (l.Column, l.Nodes))]);

    /// <summary>The gated layers, named.</summary>
    public ImmutableArray<LayerView> Layers => Structure.Name(LayerView.Of(Use));

    public string Model => ModelZoo.NameOf(Ranker.Options);
}
