using System.Text.Json;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Models.Tests;

public sealed class ModelBundleTests
{
    [Fact]
    public void Load_AfterSave_GivesEveryBitBack()
    {
        var ranker = TinyBundle.NewRanker();
        using var bundle = new TinyBundle();
        ModelBundle.Save(bundle.Folder, ranker, TinyBundle.Metadata);
        var loaded = ModelBundle.Load(bundle.Folder);

        var (saved, read) = (TinyBundle.Bits(ranker.Parameters), TinyBundle.Bits(loaded.Ranker.Parameters));
        read.Keys.ShouldBe(saved.Keys);
        foreach (var (name, bits) in saved) read[name].ShouldBe(bits, name);
        read.Keys.Count(n => n.EndsWith("running_variance", StringComparison.Ordinal)).ShouldBeGreaterThan(0);
        loaded.Ranker.Parameters.Seed.ShouldBe(7ul);
        loaded.Ranker.Parameters.Deferred.ShouldBeFalse();
        loaded.Folder.ShouldBe(bundle.Folder);
    }

    [Fact]
    public void Load_AfterSave_ScoresAlike()
    {
        using var bundle = TinyBundle.Saved();
        var expected = Scores(TinyBundle.NewRanker());
        Scores(ModelBundle.Load(bundle.Folder).Ranker).ShouldBe(expected);
        Scores(TinyBundle.NewRanker(seed: 8)).ShouldNotBe(expected);
    }

    [Fact]
    public void Load_AfterSave_GivesSchemaOptionsAndMetadataBack()
    {
        using var bundle = TinyBundle.Saved();
        var loaded = ModelBundle.Load(bundle.Folder);
        loaded.Ranker.Schema.ToJson().ShouldBe(TinyBundle.Schema.ToJson());
        loaded.Ranker.Schema.Fingerprint().ShouldBe(TinyBundle.Schema.Fingerprint());
        var options = loaded.Ranker.Options.ShouldBeOfType<Aesm2Options>();
        options.Expert.Widths.ShouldBe([6, 5]);
        options.Expert.BatchNorm.ShouldBeTrue();
        options.NoiseScope.ShouldBe(NoiseScope.Selection);
        options.Noise.Sigma.ShouldBeNull();
        options.TowerWidths.ShouldBe([4]);
        var metadata = loaded.Metadata;
        metadata.Created.ShouldBe(TinyBundle.Metadata.Created);
        metadata.Created.Offset.ShouldBe(TimeSpan.Zero);
        metadata.LibraryVersion.ShouldBe(BundleMetadata.ThisVersion);
        metadata.Configuration.ShouldBe(TinyBundle.Metadata.Configuration);
        metadata.Training!.Value.GetProperty("best_step").GetInt32().ShouldBe(12);
        metadata.Import.ShouldBeNull();
        metadata.Metrics.ShouldBeNull();
    }

    [Fact]
    public void Save_EveryArchitecture_CanBeLoaded()
    {
        foreach (var type in ModelZoo.Options.Values)
        {
            var options = (ModelOptions)Activator.CreateInstance(type)!;
            using var bundle = TinyBundle.Saved(options: options);
            var ranker = ModelBundle.Load(bundle.Folder).Ranker;
            ranker.Options.ShouldBeOfType(type);
            Scores(ranker).ShouldBe(Scores(TinyBundle.NewRanker(options: options)));
        }
    }

    [Fact]
    public void Save_SameModelTwice_WritesTheSameBytes()
    {
        using var first = TinyBundle.Saved();
        using var second = TinyBundle.Saved();
        File.ReadAllBytes(first.ManifestFile).ShouldBe(File.ReadAllBytes(second.ManifestFile));
        File.ReadAllBytes(first.WeightsFile).ShouldBe(File.ReadAllBytes(second.WeightsFile));
    }

    [Fact]
    public void Save_Weights_AreSafetensors()
    {
        var ranker = TinyBundle.NewRanker();
        using var bundle = new TinyBundle();
        ModelBundle.Save(bundle.Folder, ranker, TinyBundle.Metadata);
        var file = File.ReadAllBytes(bundle.WeightsFile);
        var length = (int)BitConverter.ToInt64(file);
        (length % 8).ShouldBe(0);
        using var header = JsonDocument.Parse(file.AsMemory(8, length));
        var root = header.RootElement;
        root.GetProperty("__metadata__").GetProperty("layout").GetString().ShouldBe("[in, out]");

        root.GetProperty("embedding.city").GetProperty("shape").GetRawText().ShouldBe("[5,4]");
        root.GetProperty("scenario.0.0.expert.0.weight").GetProperty("shape").GetRawText().ShouldBe("[3,21,6]");
        root.GetProperty("scenario.0.0.expert.0.norm.running_mean").GetProperty("shape").GetRawText().ShouldBe("[18]");
        root.GetProperty("tower.0.hidden.0.weight").GetProperty("shape").GetRawText().ShouldBe("[5,4]");
        foreach (var tensor in WeightTensor.All(ranker.Parameters))
        {
            var entry = root.GetProperty(tensor.Name);
            entry.GetProperty("dtype").GetString().ShouldBe("F32");
            var begin = 8 + length + entry.GetProperty("data_offsets")[0].GetInt32();
            var values = Enumerable.Range(0, (int)tensor.Length).Select(i => BitConverter.ToSingle(file, begin + 4 * i)).ToArray();
            values.ShouldBe(tensor.Values(ranker.Parameters).ToArray(), tensor.Name);
        }
    }

    [Fact]
    public void Save_OverABundle_ReplacesIt()
    {
        using var bundle = TinyBundle.Saved(seed: 1);
        ModelBundle.Save(bundle.Folder + Path.DirectorySeparatorChar, TinyBundle.NewRanker(seed: 2), TinyBundle.Metadata);
        ModelBundle.Load(bundle.Folder).Ranker.Parameters.Seed.ShouldBe(2ul);
        bundle.Siblings().ShouldBe(["model"]);
    }

    [Fact]
    public void Save_IntoAnEmptyFolder_FillsIt()
    {
        using var bundle = new TinyBundle();
        Directory.CreateDirectory(bundle.Folder);
        ModelBundle.Save(bundle.Folder, TinyBundle.NewRanker(), TinyBundle.Metadata);
        ModelBundle.Load(bundle.Folder).Ranker.Parameters.Seed.ShouldBe(7ul);
        bundle.Siblings().ShouldBe(["model"]);
    }

    [Fact]
    public void Save_OverSomethingElse_IsRefusedAndLeavesItAlone()
    {
        using var bundle = new TinyBundle();
        Directory.CreateDirectory(bundle.Folder);
        var note = Path.Combine(bundle.Folder, "note.txt");
        File.WriteAllText(note, "mine");
        Should.Throw<InputException>(() => ModelBundle.Save(bundle.Folder, TinyBundle.NewRanker(), TinyBundle.Metadata)).Message.ShouldContain("no model bundle");
        Should.Throw<InputException>(() => ModelBundle.Save(note, TinyBundle.NewRanker(), TinyBundle.Metadata)).Message.ShouldContain("is a file");
        Should.Throw<InputException>(() => ModelBundle.Save(Path.Combine(note, "model"), TinyBundle.NewRanker(), TinyBundle.Metadata)).Message.ShouldContain("cannot be saved");
        File.ReadAllText(note).ShouldBe("mine");
        bundle.Siblings().ShouldBe(["model"]);
    }

    [Theory]
    [InlineData(BundleStepName.WeightsWritten)]
    [InlineData(BundleStepName.ManifestWritten)]
    [InlineData(BundleStepName.OldMovedAside)]
    public void Save_FailingBeforeTheRename_LeavesTheOldBundle(BundleStepName failing)
    {
        using var bundle = TinyBundle.Saved(seed: 1);
        Should.Throw<TimeoutException>(() => ModelBundle.Save(
            bundle.Folder, TinyBundle.NewRanker(seed: 2), TinyBundle.Metadata, step => { if ((int)step == (int)failing) throw new TimeoutException(); }));
        ModelBundle.Load(bundle.Folder).Ranker.Parameters.Seed.ShouldBe(1ul);
        bundle.Siblings().ShouldBe(["model"]);
    }

    [Fact]
    public void Save_AtEveryStep_ShowsTheOldBundleTheNewOneOrNone()
    {
        using var bundle = TinyBundle.Saved(seed: 1);
        var seen = new List<string>();
        ModelBundle.Save(bundle.Folder, TinyBundle.NewRanker(seed: 2), TinyBundle.Metadata, step =>
        {
            if (step == BundleStep.OldMovedAside) bundle.Refusal().ShouldContain(bundle.Leftover("old", Environment.ProcessId));
            seen.Add(Directory.Exists(bundle.Folder) ? $"{step} {ModelBundle.Load(bundle.Folder).Ranker.Parameters.Seed}" : $"{step} none");
        });
        seen.ShouldBe(["WeightsWritten 1", "ManifestWritten 1", "OldMovedAside none", "Renamed 2"]);
    }

    [Fact]
    public void Save_AfterCrashes_CleansTheirLeftovers()
    {
        using var bundle = TinyBundle.Saved(seed: 1);
        Directory.Move(bundle.Folder, bundle.Leftover("old", 123));
        Directory.CreateDirectory(bundle.Leftover("tmp", 124));
        File.WriteAllText(Path.Combine(bundle.Leftover("tmp", 124), "weights.safetensors"), "half");
        Directory.CreateDirectory(bundle.Folder + "2");
        bundle.Refusal().ShouldContain("rename that folder");
        ModelBundle.Save(bundle.Folder, TinyBundle.NewRanker(seed: 3), TinyBundle.Metadata);
        ModelBundle.Load(bundle.Folder).Ranker.Parameters.Seed.ShouldBe(3ul);
        bundle.Siblings().ShouldBe(["model", "model2"]);
    }

    [LargeFact]
    public void Load_TableBeyondTwoGigabytes_GivesTheLastRowBack()
    {
        const int rows = 34_000_000;
        var schema = TinyBundle.Schema with
        {
            Fields = [new Field("id", FieldKind.Single, 0, Pooling.Mean, FieldRole.Feature, new HashEncoder(rows))],
            Tables = [new Table("id", rows, 16)],
        };
        var set = new ParameterSet(1, deferred: true);
        var ranker = new Ranker(schema, TinyBundle.Options, set);
        set.Allocate();
        set.Tables[0].Values.AsSpan().Clear();
        set.Tables[0].Row(rows - 1).Fill(1.5f);
        using var bundle = new TinyBundle();
        ModelBundle.Save(bundle.Folder, ranker, TinyBundle.Metadata);
        new FileInfo(bundle.WeightsFile).Length.ShouldBeGreaterThan(int.MaxValue);
        var table = ModelBundle.Load(bundle.Folder).Ranker.Parameters.Tables[0];
        table.Row(rows - 1).ToArray().ShouldAllBe(v => v == 1.5f);
        table.Row(rows - 2).ToArray().ShouldAllBe(v => v == 0f);
    }

    static float[] Scores(Ranker ranker)
    {
        var batch = new Batch(TinyBundle.Schema, 4) { Count = 3 };
        for (var row = 0; row < 3; row++)
        {
            foreach (var field in new[] { 0, 1, 3, 5 }) batch.Ids(field)[row] = (row + field) % 3;
            batch.Numbers(4)[2 * row] = 0.5f * row;
            batch.Nodes(0)[row] = row % 2;
            batch.Nodes(1)[row] = row;
            batch.EnsureIds(2, row + 1)[row] = row + 2;
            batch.Offsets(2)[row + 1] = row + 1;
            batch.EnsureIds(6, row + 1)[row] = row;
            batch.Offsets(6)[row + 1] = row + 1;
        }

        var scores = new float[6];
        new ForwardPass(ranker, GraphMode.Score).Scores(batch, scores);
        return scores;
    }
}

/// <summary>Public name of a step of a save; test methods cannot take the internal one.</summary>
public enum BundleStepName
{
    WeightsWritten = (int)BundleStep.WeightsWritten,
    ManifestWritten = (int)BundleStep.ManifestWritten,
    OldMovedAside = (int)BundleStep.OldMovedAside,
}

/// <summary>A test that needs 5 GB of memory and 3 GB of disk; runs where SWITCHYARD_LARGE is set.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LargeFactAttribute : FactAttribute
{
    public LargeFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("SWITCHYARD_LARGE") is null) Skip = "needs 5 GB of memory and 3 GB of disk; set SWITCHYARD_LARGE to run it";
    }
}
