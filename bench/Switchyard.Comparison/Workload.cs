using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Models;

namespace Switchyard.Comparison;

/// <summary>A model and rows of a log's shape without the log: random ids and labels. Training speed depends on shapes only.</summary>
/// <param name="Model">What is trained.</param>
/// <param name="Schema">Columns, tables, scenarios and tasks.</param>
/// <param name="Rows">Rows of a batch.</param>
sealed record Workload(ModelOptions Model, Schema Schema, int Rows)
{
    /// <summary>Columns of protocol T1 that describe the user or the request (region, platform, device and so on), put first here.</summary>
    const int RequestColumns = 11;

    /// <summary>Ids of every column of protocol T1: 19 columns, 30,360 rows in all, as bench/peers/torch_train.py has them.</summary>
    public static readonly ImmutableArray<int> TableRows = [.. Enumerable.Repeat(22, 17), 24986, 5000];

    /// <summary>Trained by name. The models of protocol T1 are the defaults: six experts 128 → 64, towers 64, K = 1 + 1.</summary>
    static readonly Dictionary<string, Workload> ByName = new()
    {
        ["mmoe"] = new(new MmoeOptions(), T1(TableRows), 2048),
        ["aesm2"] = new(new Aesm2Options(), T1(TableRows), 2048),
        ["aesm2-8"] = new(new Aesm2Options { Experts = 8 }, T1(TableRows), 2048),
        ["aesm2-8-dense"] = new(new Aesm2Options { Experts = 8, Select = false }, T1(TableRows), 2048),
        ["aesm2-wide"] = new(new Aesm2Options(), T1([.. Enumerable.Repeat(100_000, 16)]), 2048),
        ["cesaa"] = new(new CesaaOptions(), T1(TableRows), 2048),
        ["movielens"] = new(
            new HardSharingOptions { BottomWidths = [128], TowerWidths = [8], Heads = Heads.Pair },
            SchemaOf([6041, 3953, 2, 7, 21, 3440, 19], numbers: 1, levels: [3], tasks: 1),
            4096),
    };

    public static IEnumerable<string> Names => ByName.Keys;

    public static Workload Of(string name) => ByName[name];

    /// <summary>The columns and tasks of protocol T1 with one level of so many scenarios.</summary>
    public static Workload OfScenarios(ModelOptions model, int scenarios) => new(model, SchemaOf(TableRows, numbers: 0, levels: [scenarios], tasks: 2), 2048);

    /// <summary>The same of protocol T1 with those columns marked that describe the user or the request.</summary>
    public Workload WithSides() => this with
    {
        Schema = Schema with { Fields = [.. Schema.Fields.Select((f, i) => f with { Side = i < RequestColumns ? FieldSide.Context : FieldSide.Item })] },
    };

    /// <summary>Random rows as <see cref="Batches"/> has them, of which every batch is one request: its rows agree in scenario and context.</summary>
    public Batch[] Requests(int count)
    {
        var batches = Batches(count);
        foreach (var batch in batches)
        {
            for (var f = 0; f < RequestColumns; f++) batch.Ids(f).AsSpan(0, Rows).Fill(batch.Ids(f)[0]);
            for (var level = 0; level < Schema.Levels.Length; level++) batch.Nodes(level).AsSpan(0, Rows).Fill(batch.Nodes(level)[0]);
        }

        return batches;
    }

    /// <summary>Batches of random rows, the same for every run.</summary>
    public Batch[] Batches(int count)
    {
        var random = new SeededRandom(7, "workload");
        var batches = new Batch[count];
        for (var b = 0; b < count; b++)
        {
            var batch = batches[b] = new Batch(Schema, Rows) { Count = Rows };
            for (var r = 0; r < Rows; r++) Fill(batch, r, random);
        }

        return batches;
    }

    void Fill(Batch batch, int row, SeededRandom random)
    {
        for (var f = 0; f < Schema.Fields.Length; f++)
        {
            if (Schema.Fields[f].Kind == FieldKind.Number) batch.Numbers(f)[2 * row] = random.Next(1000) / 500f - 1;
            else batch.Ids(f)[row] = random.Next(Schema.Tables[Schema.Fields[f].Table].Rows);
        }

        for (var l = 0; l < Schema.Levels.Length; l++) batch.Nodes(l)[row] = random.Next(Schema.Levels[l].Nodes.Length);
        for (var t = 0; t < Schema.Tasks.Length; t++) batch.Labels(t)[row] = random.Next(20) == 0 ? 1 : 0;
        batch.Weights[row] = 1;
    }

    /// <summary>Eight regions, three devices, two tasks.</summary>
    static Schema T1(ImmutableArray<int> tables) => SchemaOf(tables, numbers: 0, levels: [8, 3], tasks: 2);

    static Schema SchemaOf(ImmutableArray<int> tables, int numbers, ImmutableArray<int> levels, int tasks) => new()
    {
        Tables = [.. tables.Select((rows, i) => new Table($"f{i}", rows, 16))],
        Fields =
        [
            .. tables.Select((rows, i) => new Field($"f{i}", FieldKind.Single, i, Pooling.Mean, FieldRole.Feature, new HashEncoder(rows))),
            .. Numbered("x", numbers).Select(name => new Field(name, FieldKind.Number, -1, Pooling.Mean, FieldRole.Feature, new StandardiseEncoder(0, 1e9))),
        ],
        Levels = [.. levels.Select((nodes, i) => new ScenarioLevel($"level{i}", [.. Numbered("n", nodes)]))],
        Tasks = [.. Numbered("task", tasks).Select(name => new TaskInfo(name, -1, 1))],
        UnknownScenario = UnknownScenario.Error,
    };

    static IEnumerable<string> Numbered(string prefix, int count) => Enumerable.Range(0, count).Select(i => $"{prefix}{i}");
}
