using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Models;

namespace Switchyard.Comparison;

/// <summary>
/// Protocol T1 of the trivago log without the log: its columns, table sizes and scenario tree, random ids and labels. Training
/// speed depends on shapes only.
/// </summary>
static class Workload
{
    /// <summary>Ids of every column: 19 columns, 30,360 rows in all, as bench/peers/torch_train.py has them.</summary>
    public static readonly ImmutableArray<int> TableRows = [.. Enumerable.Repeat(22, 17), 24986, 5000];

    public static Schema Schema { get; } = new()
    {
        Tables = [.. TableRows.Select((rows, i) => new Table($"f{i}", rows, 16))],
        Fields = [.. TableRows.Select((_, i) => new Field($"f{i}", FieldKind.Single, i, Pooling.Mean, FieldRole.Feature, new VocabularyEncoder([])))],
        Levels = [new ScenarioLevel("region", [.. Names(8)]), new ScenarioLevel("device", [.. Names(3)])],
        Tasks = [new TaskInfo("clickout", -1, 1), new TaskInfo("interact_after", -1, 1)],
        UnknownScenario = UnknownScenario.Error,
    };

    /// <summary>The models of protocol T1: six experts 128 → 64, towers 64, K = 1 + 1; these are the defaults.</summary>
    public static ModelOptions Model(string name) => name == "mmoe" ? new MmoeOptions() : new Aesm2Options();

    /// <summary>Batches of random rows, the same for every run.</summary>
    public static Batch[] Batches(int count, int rows)
    {
        var random = new SeededRandom(7, "workload");
        var batches = new Batch[count];
        for (var b = 0; b < count; b++)
        {
            var batch = batches[b] = new Batch(Schema, rows) { Count = rows };
            for (var r = 0; r < rows; r++)
            {
                for (var f = 0; f < TableRows.Length; f++) batch.Ids(f)[r] = random.Next(TableRows[f]);
                batch.Nodes(0)[r] = random.Next(8);
                batch.Nodes(1)[r] = random.Next(3);
                for (var t = 0; t < 2; t++) batch.Labels(t)[r] = random.Next(20) == 0 ? 1 : 0;
                batch.Weights[r] = 1;
            }
        }

        return batches;
    }

    static IEnumerable<string> Names(int count) => Enumerable.Range(0, count).Select(i => $"n{i}");
}
