using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Tests;

public sealed class CompareRunTests
{
    const string Two = "base: run.yaml\nseeds: [1, 2]\nbootstrap: {samples: 100}\nvariants: {mmoe: {}, pooled: {model.experts: 1}}\n";

    [Fact]
    public void Compare_VariantThatDiverges_FailsAloneAndIsNotTrainedAgain()
    {
        using var folder = new CompareFolder();
        var text = Two.Replace("pooled:", "wild: {training: {optimizer: sgd, learning_rate: 1000, clip_norm: 0}}, pooled:", StringComparison.Ordinal);

        var report = folder.Compare(text);

        report.Failed.ShouldNotBeEmpty();
        report.Failed.ShouldAllBe(f => f.Variant == "wild" && f.Failure.Contains("not finite", StringComparison.Ordinal));
        var wild = report.Variants.FirstOrDefault(v => v.Name == "wild")?.Runs.Select(r => r.Seed) ?? [];
        wild.Concat(report.Failed.Select(f => f.Seed)).Order().ToArray().ShouldBe(new ulong[] { 1, 2 });
        report.Variants.Where(v => v.Name != "wild").Select(v => (v.Name, v.Runs.Length)).ShouldBe([("mmoe", 2), ("pooled", 2)]);
        report.Missing.ShouldBeEmpty();
        report.ToMarkdown().ShouldContain($"Failed, and in no number below: wild, seed {report.Failed[0].Seed}: ");
        using var json = JsonDocument.Parse(report.ToJson());
        json.RootElement.GetProperty("failed")[0].GetProperty("seed").GetUInt64().ShouldBe(report.Failed[0].Seed);
        Directory.GetDirectories(folder.Place("runs/compare/work")).ShouldBeEmpty();

        var steps = folder.Steps;
        folder.Compare(text).Failed.Length.ShouldBe(report.Failed.Length);
        folder.Steps.ShouldBe(steps);
        folder.Said.ShouldContain("6 of 6 runs are finished already");
    }

    [Fact]
    public void Compare_TouchedOrMovedSource_TrainsNothing()
    {
        using var folder = new CompareFolder();
        folder.Compare(Two);
        var steps = folder.Steps;
        File.SetLastWriteTimeUtc(folder.Place("data.csv"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        folder.Compare(Two);
        File.Move(folder.Place("data.csv"), folder.Place("moved.csv"));
        File.WriteAllText(folder.Place("run.yaml"), File.ReadAllText(folder.Place("run.yaml")).Replace("data.csv", "moved.csv", StringComparison.Ordinal));

        folder.Compare(Two);

        folder.Steps.ShouldBe(steps);
        folder.Said.ShouldContain("4 of 4 runs are finished already");
    }

    [Theory]
    [InlineData("training.epochs: 3", "training.epochs was 2 and is 3")]
    [InlineData("training.learning_rate: 0.01", "training.learning_rate was 0.001 and is 0.01")]
    public void Compare_FormerResults_SaysWhyTheyAreNotUsed(string change, string why)
    {
        using var folder = new CompareFolder();
        folder.Compare(Two);

        folder.Compare(Two.Replace("mmoe: {}", $"mmoe: {{{change}}}", StringComparison.Ordinal));

        folder.Said.ShouldContain($"earlier results are not used, for {why}: mmoe, seed 1, mmoe, seed 2");
    }

    [Fact]
    public void Compare_ResultOfAnotherBuild_IsNotUsed()
    {
        using var folder = new CompareFolder();
        folder.Compare(Two);
        foreach (var file in Directory.GetFiles(folder.Place("runs/compare/results"), "*.json"))
        {
            // As a build of other sources would have left it: under a digest of its own.
            var other = Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileName(file)[..^21] + new string('0', 16) + ".json");
            var text = File.ReadAllText(file).Replace(RunIdentity.Program, "another", StringComparison.Ordinal);
            File.WriteAllText(other, text.Replace("\"digest\": \"", "\"digest\": \"0", StringComparison.Ordinal));
            File.Delete(file);
        }

        var steps = folder.Steps;
        folder.Compare(Two);

        folder.Steps.ShouldBe(2 * steps);
        folder.Said.ShouldContain(line => line.StartsWith("earlier results are not used, for the program has been built from other sources: mmoe, seed 1, "));
    }

    [Fact]
    public void Compare_OtherLabelsOrFieldsOfTestRows_SameWeightsAndValidationAndNewScores()
    {
        using var folder = new CompareFolder();
        var text = Two.Replace("variants", "keep_models: true\nvariants", StringComparison.Ordinal);
        var first = folder.Compare(text);
        var validations = folder.Validations.ToArray();
        var weights = Weights();

        folder.Write((row, line) => row % 10 == 9 ? $"r{row % 3},i{row % 20},s{row / 5},{row / 10 % 2},0,9" : line);
        Directory.Delete(folder.Place("runs/compare/models"), recursive: true);
        folder.Validations.Clear();
        var second = folder.Compare(text);

        folder.Validations.ShouldBe(validations);
        weights.ShouldNotBeEmpty();
        Weights().ShouldBe(weights);
        second.Variants.Select(v => v.Validation).ShouldBe(first.Variants.Select(v => v.Validation));
        second.Variants[0].Means[0].ShouldNotBe(first.Variants[0].Means[0]);

        string[] Weights() =>
        [
            .. Directory.GetDirectories(folder.Place("runs/compare/models")).Order(StringComparer.Ordinal)
                .SelectMany(d => Directory.GetFiles(d, "*.safetensors").Order(StringComparer.Ordinal)).Select(f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))),
        ];
    }

    [Fact]
    public void Compare_NoTestRow_IsRefused()
    {
        using var folder = new CompareFolder(test: "day == 77");
        Should.Throw<InputException>(() => folder.Compare(Two)).Message.ShouldContain("give split.test a condition");
    }

    [Fact]
    public void Compare_RunThatAnotherProcessTrains_IsPutOffAndTheOthersGoOn()
    {
        using var folder = new CompareFolder();
        folder.Compare(Two);
        var results = folder.Place("runs/compare/results");
        var taken = Directory.GetFiles(results, "mmoe-seed1-*.json").Single();
        File.Delete(taken);
        File.Delete(Directory.GetFiles(results, "pooled-seed2-*.json").Single());
        var place = folder.Place(Path.Join("runs", "compare", "work", Path.GetFileNameWithoutExtension(taken), "checkpoints"));

        using (new Switchyard.Training.CheckpointStore(place, new Dictionary<string, string>(), 1, _ => { }))
            folder.Compare(Two).Variants[0].Runs.Select(r => r.Seed).ShouldBe([2ul]);

        folder.Said.ShouldContain(line => line.StartsWith("mmoe, seed 1 is put off: "));
        folder.Said.ShouldContain(line => line.StartsWith("mmoe, seed 1 is still trained by another process"));
        Directory.GetFiles(results, "pooled-seed2-*.json").ShouldHaveSingleItem();
        folder.Compare(Two).Variants[0].Runs.Length.ShouldBe(2);
    }
}
