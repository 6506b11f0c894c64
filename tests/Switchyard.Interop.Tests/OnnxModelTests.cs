using MathNet.Numerics.Statistics;
using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Models;
using Switchyard.Models.Tests;
using Switchyard.Testing;

namespace Switchyard.Interop.Tests;

/// <summary>Every model of the suite, trained, written and run by another runtime on rows with everything a row can have.</summary>
public sealed class OnnxModelTests(OnnxModels models) : IClassFixture<OnnxModels>
{
    /// <summary>Ten times the largest difference that was seen: a slip of a model's constant (an ε of 1e-3 for 1e-5) is far above it.</summary>
    const float Tolerance = 1e-6f;

    /// <summary>Probabilities that are all alike would agree whatever the graph did.</summary>
    const double LeastSpread = 1e-3;

    public static TheoryData<string> All() => ModelCases.All();

    [OnnxRuntimeTheory]
    [MemberData(nameof(All))]
    public void Probabilities_OfAnotherRuntime_AreThoseOfThePredictor(string name)
    {
        var (expected, found, margins) = models.Of(name);
        found.Length.ShouldBe(expected.Length);
        expected.Chunk(OnnxModels.Rows).ShouldAllBe(task => Statistics.PopulationStandardDeviation(task) > LeastSpread);
        var compared = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            if (margins[i % OnnxModels.Rows] < SelectionMargins.NearTie) continue;
            found[i].ShouldBe(expected[i], Tolerance, $"task {i / OnnxModels.Rows}, row {i % OnnxModels.Rows}");
            compared++;
        }

        compared.ShouldBeGreaterThan(expected.Length * 9 / 10);
    }
}

/// <summary>The files of all models and what the runtime made of them, in one run of it.</summary>
public sealed class OnnxModels : IDisposable
{
    public const int Rows = 400;

    /// <summary>So many that the probabilities of the rows differ.</summary>
    const int Steps = 30;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("switchyard-onnx-");
    readonly Lazy<Dictionary<string, (float[] Expected, float[] Found, float[] Margins)>> _results;

    public OnnxModels() => _results = new(Run);

    public (float[] Expected, float[] Found, float[] Margins) Of(string name) => _results.Value[name];

    public void Dispose() => _folder.Delete(recursive: true);

    Dictionary<string, (float[] Expected, float[] Found, float[] Margins)> Run()
    {
        var names = ((IEnumerable<object[]>)ModelCases.All()).Select(row => (string)row[0]).ToArray();
        var rankers = names.Select(n => Trained.Train(ModelCases.Options(n), steps: Steps, rows: 100)).ToArray();
        var batch = TinyData.Rows(rankers[0].Schema, Rows, 11, unknown: 0.1);
        var cases = names.Select((_, i) =>
        {
            var file = $"model{i}";
            var written = OnnxExport.Write(new LoadedBundle("", rankers[i], new BundleMetadata { Created = default }, ""), Path.Combine(_folder.FullName, file + ".onnx"));
            return new OnnxRuntime.Case(file, OnnxRows.Of(batch, written.Inputs));
        }).ToArray();
        var outputs = OnnxRuntime.Run(_folder.FullName, cases).Outputs;
        return names.Select((name, i) => (name, Result: (Scores(rankers[i], batch), outputs[cases[i].Name], SelectionMargins.Of(rankers[i], batch)))).ToDictionary(r => r.name, r => r.Result, StringComparer.Ordinal);
    }

    static float[] Scores(Ranker ranker, Batch batch)
    {
        var scores = new float[batch.Count * ranker.Schema.Tasks.Length];
        new Predictor(ranker).Score(batch, scores);
        return scores;
    }
}
