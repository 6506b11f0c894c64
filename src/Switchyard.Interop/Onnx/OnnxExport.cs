using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Interop.Onnx;
using Switchyard.Models;

namespace Switchyard.Interop;

/// <summary>What was written.</summary>
/// <param name="File">The model.</param>
/// <param name="Data">The file beside it that holds the weights of a model too large for one; null where there is none.</param>
/// <param name="Inputs">Names of the inputs.</param>
/// <param name="Outputs">Names of the outputs, one per task.</param>
/// <param name="Nodes">Nodes of the graph.</param>
/// <param name="Bytes">Size of both files.</param>
public sealed record OnnxFiles(string File, string? Data, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, int Nodes, long Bytes);

/// <summary>
/// Trained models as ONNX files: encoded fields and scenario nodes in, a probability per task out. See docs/onnx.md. The graph is what the
/// model's own scoring pass is heard to compute, so it is there for every model of the zoo.
/// </summary>
public static class OnnxExport
{
    /// <summary>Bytes of weights above which they get a file of their own: inside a message they are held in memory once more, and it ends at 2 GiB.</summary>
    public const long LargestInline = 500_000_000;

    /// <summary>Version of the file format that goes with <see cref="OnnxGraph.Opset"/>.</summary>
    const int FormatVersion = 8;

    /// <summary>Writes a model. The files are written beside their place and then renamed.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="file">The file to write; folders are made.</param>
    /// <param name="largestInline">Bytes of weights above which they go to a second file beside <paramref name="file"/>, of its name, a hash of them and .data.
    /// One that an earlier export left there goes.</param>
    /// <exception cref="InputException">The model has an op without a form in ONNX, or the file cannot be written.</exception>
    public static OnnxFiles Write(LoadedBundle bundle, string file, long largestInline = LargestInline)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentException.ThrowIfNullOrEmpty(file);
        var (graph, weights) = Convert(bundle.Ranker, AnyRow(bundle.Ranker.Schema)).Build();
        var model = new ModelProto
        {
            IrVersion = FormatVersion,
            ProducerName = "switchyard",
            ProducerVersion = BundleMetadata.ThisVersion,
            OpsetImport = { new OperatorSetIdProto { Version = OnnxGraph.Opset } },
            Graph = graph,
            MetadataProps = { OnnxMetadata.Of(bundle, graph) },
        };
        return OnnxFile.Write(model, weights, file, largestInline);
    }

    /// <summary>The graph of a model, with an output for every task.</summary>
    /// <param name="ranker">The model.</param>
    /// <param name="rows">What the pass is heard to score; the graph does not depend on it, as long as there is an item in every field of several.</param>
    internal static OnnxGraph Convert(Ranker ranker, Batch rows)
    {
        // Gates are noted so that selection is computed op by op.
        var pass = new ForwardPass(ranker, GraphMode.Score) { ShareRequests = false };
        var conversion = new OnnxConversion(ranker, pass);
        (pass.Graph.Listener, pass.Graph.NotesGates) = (conversion, true);
        var (graph, tasks) = (conversion.Graph, ranker.Schema.Tasks);
        var chain = new string[tasks.Length];
        var logits = pass.Logits(rows);
        for (var t = 0; t < tasks.Length; t++)
        {
            chain[t] = graph.Node("Sigmoid", [conversion.Value(logits[t], "output")]);
            if (tasks[t].Given >= 0) chain[t] = graph.Multiply(chain[t], chain[tasks[t].Given]);
            graph.Output(NameOf(tasks[t]), graph.Reshape(chain[t], -1), OnnxConversion.Rows);
        }

        return graph;
    }

    /// <summary>Name of a task's output.</summary>
    internal static string NameOf(TaskInfo task) => "task/" + task.Name;

    /// <summary>One row: which ops run does not depend on its values, but attention computes nothing without an item.</summary>
    internal static Batch AnyRow(Schema schema)
    {
        var batch = new Batch(schema, 1) { Count = 1 };
        for (var f = 0; f < schema.Fields.Length; f++)
        {
            if (!schema.Fields[f].HasItems) continue;
            batch.EnsureIds(f, 1)[0] = 0;
            batch.Offsets(f)[1] = 1;
        }

        return batch;
    }
}
