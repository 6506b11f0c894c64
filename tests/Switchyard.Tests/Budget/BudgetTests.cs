using System.Globalization;
using System.Text;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Inference;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Testing;
using Switchyard.Training;

namespace Switchyard.Tests;

/// <summary>
/// Work and memory of every architecture on the same few rows, against the figures of budget.csv: FLOPs are these, and allocations
/// do not rise. They are counts, so every machine has the same. To accept new ones: SWITCHYARD_UPDATE_BUDGET=1 dotnet test --filter FullyQualifiedName~Budget.
/// </summary>
public sealed class BudgetTests
{
    const string Update = "SWITCHYARD_UPDATE_BUDGET";
    const int Rows = 256;
    const int Threads = 2;

    // All rows share the values of one field.
    const string Requests = "aesm2 of 8 experts on one request";

    // The first columns are FLOPs: fewer of them would leave room for a rise that nobody sees.
    const int Work = 2;

    static readonly string[] Columns =
        ["model", "training FLOPs per row", "scoring FLOPs per row", "bytes allocated by 20 steps", "bytes allocated by 20 scoring calls of 256 rows", "bytes allocated by 20 scoring calls of 1 row"];

    static readonly string Place = Repository.PathOf("tests", "Switchyard.Tests", "Budget", "budget.csv");

    static readonly Dictionary<string, ModelOptions> Others = new()
    {
        ["aesm2 of 8 experts"] = new Aesm2Options { Experts = 8 },
        ["aesm2 of 64 experts"] = new Aesm2Options { Experts = 64 },
        ["aesm2 of 8 experts without selection"] = new Aesm2Options { Experts = 8, Select = false },
        ["cesaa of 64 experts"] = new CesaaOptions { Experts = 64 },
        [Requests] = new Aesm2Options { Experts = 8 },
    };

    [Fact]
    public void Models_OnFixedRows_KeepTheirBudget()
    {
        var measured = Names().ToDictionary(name => name, Measure);
        if (Environment.GetEnvironmentVariable(Update) is not null) File.WriteAllText(Place, Text(measured));
        var budget = Read();

        budget.Keys.ShouldBe(measured.Keys, ignoreOrder: true);
        string[] changed =
        [
            .. from model in measured.Keys
               from column in Enumerable.Range(0, Columns.Length - 1)
               let now = measured[model][column]
               let then = budget[model][column]
               where column < Work ? now != then : now > then
               select $"{model}: {Columns[column + 1]} were {then}, are {now}",
        ];
        changed.ShouldBeEmpty();
    }

    static IEnumerable<string> Names() => ModelZoo.Options.Keys.Concat(Others.Keys).Order(StringComparer.Ordinal);

    static double[] Measure(string name)
    {
        var options = Others.TryGetValue(name, out var other) ? other : (ModelOptions)Activator.CreateInstance(ModelZoo.Options[name])!;
        var schema = TinyData.Schema([3, 2], [-1, 0]);
        if (name == Requests) schema = schema with { Fields = schema.Fields.SetItem(0, schema.Fields[0] with { Side = FieldSide.User }) };
        var ranker = new Ranker(schema, options, 1);
        var (batch, one) = (TinyData.Rows(ranker.Schema, Rows, 5), TinyData.Rows(ranker.Schema, 1, 6));
        if (name == Requests) batch.Ids(0).AsSpan(0, Rows).Fill(1);
        using var pool = new WorkerPool(Threads);
        var pass = new ForwardPass(ranker, GraphMode.Score, pool);
        pass.Logits(batch);
        var scoring = pass.Graph.Work;
        var predictor = new Predictor(ranker, pool);
        var scores = new float[Rows * ranker.Schema.Tasks.Length];
        var scoringBytes = Allocations.Of(pool, 20, 20, () => predictor.Score(batch, scores));
        var singleBytes = Allocations.Of(pool, 20, 20, () => predictor.Score(one, scores));

        // The first step's work: it is that of the initial weights, as is the scoring's.
        var step = new TrainingStep(ranker, new TrainingOptions(), pool);
        step.Run(batch, 0.001, 0);
        var training = step.Work;
        var trainingBytes = Allocations.Of(pool, 20, 20, () => step.Run(batch, 0.001, 0.5));
        return [PerRow(training), PerRow(scoring), trainingBytes, scoringBytes, singleBytes];
    }

    /// <summary>A multiplication and an addition are two.</summary>
    static double PerRow(LinearWork work) => Math.Round(2.0 * work.Active / Rows, 1);

    static string Text(Dictionary<string, double[]> measured)
    {
        var text = new StringBuilder().Append(string.Join(',', Columns)).Append('\n');
        foreach (var (model, figures) in measured) text.Append(CultureInfo.InvariantCulture, $"{model},{string.Join(',', figures.Select(f => f.ToString(CultureInfo.InvariantCulture)))}\n");
        return text.ToString();
    }

    static Dictionary<string, double[]> Read() => File.ReadLines(Place).Skip(1)
        .Select(line => line.Split(','))
        .ToDictionary(cells => cells[0], cells => cells[1..].Select(c => double.Parse(c, CultureInfo.InvariantCulture)).ToArray());
}
