using System.Globalization;
using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Interop;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Comparison;

/// <summary>
/// Models trained on a run's rows, exported and run by ONNX Runtime on its test rows: the largest difference of a probability. Rows of which
/// a choice of experts is nearly a tie are counted and left out, but for the last column: another order of additions can turn it.
/// </summary>
static class OnnxDifference
{
    /// <param name="configuration">The run; its model is replaced.</param>
    /// <param name="rows">Test rows, at most.</param>
    /// <param name="changes">Overrides of the configuration (with =) and names of models; none named: all.</param>
    public static void Print(string configuration, int rows, IReadOnlyList<string> changes)
    {
        if (OnnxRuntime.Missing is { } missing) throw new InputException(missing);
        var overrides = changes.Where(c => c.Contains('=', StringComparison.Ordinal)).ToArray();
        var models = changes.Except(overrides).ToArray();
        if (models.Length == 0) models = [.. ModelZoo.Options.Keys.Order(StringComparer.Ordinal)];
        Console.WriteLine(Machine.Describe());
        var lines = new List<string>();
        foreach (var model in models)
        {
            lines.Add(Line(configuration, model, rows, overrides, out var version));
            if (lines.Count == 1) Console.WriteLine(version);
            Console.Error.WriteLine(lines[^1]);
        }

        TextTable.Print("| model | rows | tasks | nodes | MB | largest difference | mean difference | near ties | largest of all rows |", lines);
    }

    static string Line(string configuration, string model, int most, string[] overrides, out string version)
    {
        var run = RunConfiguration.Load(configuration, [$"model={model}", $"name=onnx-{model}", $"output=runs/onnx/{model}", .. overrides]);
        var folder = Path.Combine(run.OutputDirectory, "onnx");
        Switchyard.Run.Train(run);
        var bundle = ModelBundle.Load(run.BundleDirectory);
        using var data = Dataset.OpenOrImport(run.Data, run.BaseDirectory, run.ColumnDirectory);
        using var source = data.Open(Part.Test);
        var batch = new Batch(bundle.Ranker.Schema, most);
        if (!source.Next(batch, most)) throw new InputException($"{configuration}: there are no test rows.");
        batch.FixPositions();

        var written = OnnxExport.Write(bundle, Path.Combine(folder, "model.onnx"));
        (version, var outputs) = OnnxRuntime.Run(folder, [new OnnxRuntime.Case("model", OnnxRows.Of(batch, written.Inputs))]);
        var (expected, found) = (new float[batch.Count * bundle.Ranker.Schema.Tasks.Length], outputs["model"]);
        new Predictor(bundle.Ranker).Score(batch, expected);
        var margins = SelectionMargins.Of(bundle.Ranker, batch);
        var near = margins.Count(m => m < SelectionMargins.NearTie);
        var differences = expected.Select((p, i) => Math.Abs(p - found[i])).ToArray();
        var clear = differences.Where((_, i) => margins[i % batch.Count] >= SelectionMargins.NearTie).DefaultIfEmpty().ToArray();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| `{model}` | {batch.Count:N0} | {bundle.Ranker.Schema.Tasks.Length} | {written.Nodes:N0} | {written.Bytes / 1e6:0.0} | {clear.Max():0.0e+0} | {clear.Average():0.0e+0} | {near:N0} | {differences.Max():0.0e+0} |");
    }
}
