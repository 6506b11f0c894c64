using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>What the models of a comparison learn from, as its base run has it.</summary>
public sealed record ComparedData
{
    const int ReadRows = 4096;

    /// <summary>Columns of the scenario levels, coarse first; empty where there are none.</summary>
    public required ImmutableArray<string> Scenario { get; init; }

    /// <summary>Names of the tasks.</summary>
    public required ImmutableArray<string> Tasks { get; init; }

    /// <summary>Hash of the sources as they were read.</summary>
    public required string Fingerprint { get; init; }

    public required long TrainingRows { get; init; }

    public required long ValidationRows { get; init; }

    /// <summary>Epochs that a run takes at most.</summary>
    public required int Epochs { get; init; }

    /// <summary>Rows of a training step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Positives that a cell needs to be counted.</summary>
    public required int MinPositives { get; init; }

    /// <summary>Negatives that a cell needs to be counted.</summary>
    public required int MinNegatives { get; init; }

    /// <summary>Training rows of every cell of the level that is judged.</summary>
    public required ImmutableArray<TrainingCell> Training { get; init; }

    /// <summary>Counts the training rows in one pass.</summary>
    /// <param name="run">The base run.</param>
    /// <param name="data">Its rows.</param>
    /// <param name="level">level1, leaf or total, as the comparison judges.</param>
    /// <param name="cancellation">Ends it between two batches.</param>
    internal static ComparedData Of(RunConfiguration run, Dataset data, string level, CancellationToken cancellation) => new()
    {
        Scenario = [.. data.Schema.Levels.Select(l => l.Column)],
        Tasks = [.. data.Schema.Tasks.Select(t => t.Name)],
        Fingerprint = data.Fingerprint,
        TrainingRows = data.Rows(Part.Train),
        ValidationRows = data.Rows(Part.Validation),
        Epochs = run.Training.Epochs,
        BatchSize = run.Training.BatchSize,
        MinPositives = run.Evaluation.MinPositives,
        MinNegatives = run.Evaluation.MinNegatives,
        Training = Count(data, level, cancellation),
    };

    static ImmutableArray<TrainingCell> Count(Dataset data, string level, CancellationToken cancellation)
    {
        var layout = PartEvaluation.LayoutOf(data.Schema);
        var depth = level switch { "total" => 0, "level1" => 1, _ => layout.Levels.Count };
        var stride = layout.Levels.Skip(depth).Aggregate(1, (leaves, l) => leaves * l.Nodes.Count);
        var nodes = layout.Levels.Take(depth).Aggregate(1, (width, l) => width * l.Nodes.Count);
        var tasks = layout.Tasks.Count;
        var (observed, positives) = (new long[nodes * tasks], new long[nodes * tasks]);
        using var rows = data.Open(Part.Train);
        var batch = new Batch(data.Schema, ReadRows);
        rows.Rewind(0);
        while (rows.Next(batch, ReadRows))
        {
            cancellation.ThrowIfCancellationRequested();
            for (var task = 0; task < tasks; task++)
            {
                var labels = batch.Labels(task);
                for (var row = 0; row < batch.Count; row++)
                {
                    var leaf = depth == 0 ? 0 : batch.Leaf(row);
                    if (leaf < 0 || float.IsNaN(labels[row])) continue;
                    var cell = (leaf / stride * tasks) + task;
                    observed[cell]++;
                    if (labels[row] > 0) positives[cell]++;
                }
            }
        }

        return
        [
            .. from node in Enumerable.Range(0, nodes)
               from task in Enumerable.Range(0, tasks)
               let cell = (node * tasks) + task
               where observed[cell] > 0
               select new TrainingCell(layout.NodeName(depth, node), layout.Tasks[task], observed[cell], positives[cell]),
        ];
    }
}

/// <summary>Training rows of a scenario × task.</summary>
/// <param name="Scenario">The scenario, as the cells of the variants name it.</param>
/// <param name="Task">The task.</param>
/// <param name="Rows">Rows with an observed label.</param>
/// <param name="Positives">Rows with label 1.</param>
public sealed record TrainingCell(string Scenario, string Task, long Rows, long Positives);
