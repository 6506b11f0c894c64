using System.Text.Json;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Inference;
using Switchyard.Interop.Onnx;
using Switchyard.Models;
using Switchyard.Models.Tests;
using Switchyard.Testing;

namespace Switchyard.Interop.Tests;

public sealed class OnnxExportTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("switchyard-onnx-");

    public static TheoryData<string> All() => ModelCases.All();

    [Theory]
    [MemberData(nameof(All))]
    public void Convert_EveryModel_HasAFormOfEveryOp(string name)
    {
        var ranker = Trained.Untrained(ModelCases.Options(name));
        var (graph, weights) = OnnxExport.Convert(ranker, OnnxExport.AnyRow(ranker.Schema)).Build();
        graph.Output.Select(o => o.Name).ShouldBe(["task/task0", "task/task1", "task/task2"]);
        weights.ShouldNotBeEmpty();

        // A graph is whole: whatever a node reads is an input, a weight, or made by a node before it.
        var known = graph.Input.Select(i => i.Name).Concat(weights.Select(w => w.Declaration.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            node.Input.ShouldAllBe(i => known.Contains(i));
            node.Output.ShouldAllBe(o => known.Add(o));
        }

        graph.Output.ShouldAllBe(o => known.Contains(o.Name));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Convert_OtherRows_SameGraph(string name)
    {
        var ranker = Trained.Untrained(ModelCases.Options(name));
        var (graph, weights) = OnnxExport.Convert(ranker, OnnxExport.AnyRow(ranker.Schema)).Build();

        var (other, otherWeights) = OnnxExport.Convert(ranker, TinyData.Rows(ranker.Schema, 7, 3, unknown: 0.3)).Build();

        other.ShouldBe(graph);
        otherWeights.Select(w => w.Declaration).ShouldBe(weights.Select(w => w.Declaration));
    }

    [Fact]
    public void Convert_PositionsOnly_IsAnError()
    {
        var ranker = WithPositions(new MmoeOptions { Without = ["user", "item", "last_item", "tags", "words"] }, levels: []);
        Should.Throw<InputException>(() => Write(ranker)).Message.ShouldContain("fields of role position only");
    }

    [Fact]
    public void Heard_UnknownOp_IsAnErrorThatNamesIt()
    {
        var ranker = Trained.Untrained(new MmoeOptions());
        var conversion = new OnnxConversion(ranker, new ForwardPass(ranker, GraphMode.Score));
        Should.Throw<InputException>(() => conversion.Heard("Fancy", default(Tensor))).Message.ShouldContain("mmoe uses the op Fancy");
        Should.Throw<InputException>(() => conversion.Heard(nameof(ElementOps.Relu), default(Tensor), new Tensor(7, 1, 1))).Message.ShouldContain("Relu reads numbers");
    }

    [Fact]
    public void Write_Model_SaysWhereItComesFromAndWhatItReads()
    {
        var ranker = Trained.Untrained(new HardSharingOptions { Without = ["item"] });
        var model = Read(Write(ranker).File);
        var properties = model.MetadataProps.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);

        properties["switchyard.model"].ShouldBe("hard_sharing");
        properties["switchyard.weights_sha256"].ShouldBe("abc");
        properties["switchyard.schema_fingerprint"].ShouldBe(ranker.Schema.Fingerprint());
        var fields = JsonDocument.Parse(properties["switchyard.fields"]).RootElement.EnumerateArray().ToArray();
        fields.Select(f => f.GetProperty("input").GetString()).ShouldBe(["field/user", "field/last_item", "field/tags", "field/words", "field/age", "field/brand"]);
        fields[2].GetProperty("pooling").GetString().ShouldBe("mean");
        fields[0].GetProperty("ids").GetInt32().ShouldBe(TinyData.Users);
        JsonDocument.Parse(properties["switchyard.tasks"]).RootElement[1].GetProperty("given").GetString().ShouldBe("task0");

        // A model that knows no scenario reads none.
        properties["switchyard.scenarios"].ShouldBe("[]");
        model.Graph.Input.Select(i => i.Name).ShouldNotContain("scenario/level0");
    }

    [Fact]
    public void Write_TwiceOverAnotherFile_SameBytesAndNothingElse()
    {
        var ranker = Trained.Untrained(new Aesm2Options());
        var first = File.ReadAllBytes(Write(ranker).File);
        File.ReadAllBytes(Write(ranker).File).ShouldBe(first);
        _folder.GetFiles().ShouldHaveSingleItem();
    }

    [Fact]
    public void Write_PlaceThatIsAFolder_IsAnError()
    {
        var place = Directory.CreateDirectory(Path.Combine(_folder.FullName, "model.onnx"));
        Should.Throw<InputException>(() => Write(Trained.Untrained(new MmoeOptions()))).Message.ShouldContain("cannot be written");
        place.Exists.ShouldBeTrue();
        _folder.GetFiles().ShouldBeEmpty();
    }

    [Fact]
    public void Write_WeightsBeyondTheLimit_LieBesideTheModel()
    {
        var ranker = Trained.Untrained(new MmoeOptions());
        var written = Write(ranker, largestInline: 0);
        Path.GetFileName(written.Data).ShouldNotBeNull().ShouldMatch("^model\\.onnx\\.[0-9a-f]{8}\\.data$");
        var tables = Read(written.File).Graph.Initializer.Single(i => i.Name == "embedding.user");
        tables.DataLocation.ShouldBe(TensorProto.Types.DataLocation.External);
        tables.HasRawData.ShouldBeFalse();
        var place = tables.ExternalData.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);
        place["location"].ShouldBe(Path.GetFileName(written.Data));
        var bytes = File.ReadAllBytes(written.Data!).AsSpan(int.Parse(place["offset"], System.Globalization.CultureInfo.InvariantCulture), int.Parse(place["length"], System.Globalization.CultureInfo.InvariantCulture));
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray().ShouldBe(ranker.Parameters.Tables[0].Values);
    }

    [Fact]
    public void Write_OtherWeights_LieInAnotherFileAndFormerOnesGo()
    {
        var ranker = Trained.Untrained(new MmoeOptions());
        var first = Write(ranker, largestInline: 0);
        Write(ranker, largestInline: 0).Data.ShouldBe(first.Data);
        var foreign = Path.Combine(_folder.FullName, "model.onnx.weights1.data");
        File.WriteAllText(foreign, "");
        ranker.Parameters.Tables[0].Values[0]++;

        var second = Write(ranker, largestInline: 0);

        second.Data.ShouldNotBe(first.Data);
        _folder.GetFiles().Select(f => f.FullName).ShouldBe([second.File, second.Data!, foreign], ignoreOrder: true);

        // What fits into the model leaves none beside it.
        Write(ranker);
        _folder.GetFiles().Select(f => f.FullName).ShouldBe([second.File, foreign], ignoreOrder: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(8)]
    public void Each_AnyNumberAtOnce_SameBytes(int atOnce)
    {
        float[] values = [1, 2, 3, 4, 5, 6, 7];
        using var bytes = new MemoryStream();
        OnnxFile.Each(values, atOnce, bytes.Write);
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.ToArray()).ToArray().ShouldBe(values);
    }

    [OnnxRuntimeFact]
    public void Run_PositionFields_AreThoseThatScoringFixes()
    {
        var ranker = WithPositions(new MmoeOptions(), Trained.Levels);
        var written = Write(ranker);
        written.Inputs.ShouldNotContain("field/brand");
        written.Inputs.ShouldNotContain("field/age");
        var batch = TinyData.Rows(ranker.Schema, 50, 3);
        var real = Scores(ranker, batch);
        batch.FixPositions();
        var expected = Scores(ranker, batch);

        var found = OnnxRuntime.Run(_folder.FullName, [new OnnxRuntime.Case("model", OnnxRows.Of(batch, written.Inputs))]).Outputs["model"];

        expected.Zip(found, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-6f);
        expected.Zip(real, (a, b) => Math.Abs(a - b)).Max().ShouldBeGreaterThan(1e-4f);
    }

    [OnnxRuntimeFact]
    public void Run_WeightsBesideTheModel_SameProbabilities()
    {
        var ranker = Trained.Untrained(new PleOptions());
        Difference(ranker, Write(ranker, largestInline: 0), 0.1).ShouldBeLessThan(1e-6f);
    }

    [OnnxRuntimeFact]
    public void Run_ExpertsThatAreAllAlikeToAGate_SameChoice()
    {
        // Without weights in the gates every divergence is a tie, which goes to the lower number.
        var ranker = Trained.Train(new Aesm2Options { Experts = 5, Specific = 2, Shared = 2 }, steps: 2, rows: 100);
        foreach (var gate in ranker.Parameters.Dense.Where(p => p.Name.Contains("gate", StringComparison.Ordinal))) ranker.Parameters.Values(gate).Clear();
        ranker.Parameters.Touch();
        Difference(ranker, Write(ranker), 0).ShouldBeLessThan(1e-6f);
    }

    [OnnxRuntimeFact]
    public void Run_OneRow_SameProbabilities()
    {
        var ranker = Trained.Untrained(new StarOptions());
        Difference(ranker, Write(ranker), 0, rows: 1).ShouldBeLessThan(1e-6f);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    static ModelProto Read(string file) => ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));

    OnnxFiles Write(Ranker ranker, long largestInline = OnnxExport.LargestInline) => OnnxExport.Write(
        new LoadedBundle("", ranker, new BundleMetadata { Created = default }, "abc"), Path.Combine(_folder.FullName, "model.onnx"), largestInline);

    float Difference(Ranker ranker, OnnxFiles written, double unknown, int rows = 100)
    {
        var batch = TinyData.Rows(ranker.Schema, rows, 3, unknown);
        var expected = Scores(ranker, batch);
        var found = OnnxRuntime.Run(_folder.FullName, [new OnnxRuntime.Case("model", OnnxRows.Of(batch, written.Inputs))]).Outputs["model"];
        return expected.Zip(found, (a, b) => Math.Abs(a - b)).Max();
    }

    static float[] Scores(Ranker ranker, Batch batch)
    {
        var scores = new float[batch.Count * ranker.Schema.Tasks.Length];
        new Predictor(ranker).Score(batch, scores);
        return scores;
    }

    /// <summary>The tiny schema with a word and a number of role position.</summary>
    static Ranker WithPositions(ModelOptions options, int[] levels)
    {
        var schema = TinyData.Schema(levels, Trained.Funnel);
        return new Ranker(schema with { Fields = [.. schema.Fields.Select(Changed)] }, options, 1);

        static Field Changed(Field field) => field.Name switch
        {
            "brand" => field with { Role = FieldRole.Position, Fixed = "b", Encoder = new VocabularyEncoder(["a", "b", "c"]) },
            "age" => field with { Role = FieldRole.Position, Fixed = "3", Encoder = new StandardiseEncoder(1, 4) },
            _ => field,
        };
    }
}
