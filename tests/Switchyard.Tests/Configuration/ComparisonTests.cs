using Switchyard.Models;

namespace Switchyard.Tests;

public sealed class ComparisonTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public ComparisonTests() => File.WriteAllText(
        Path.Combine(_folder.FullName, "run.yaml"),
        """
        sources: data.csv
        fields: [region, item]
        scenario: region
        tasks: {click: click}
        split: {train: "row mod 10 in [0..7]", validation: row mod 10 == 8, test: row mod 10 == 9}
        model: {name: aesm2, experts: 5, tower_widths: [8]}
        training: {epochs: 3, batch_size: 64}
        """);

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("{}", 5, 8, 3, 64)]
    [InlineData("{model: {experts: 4}}", 4, 8, 3, 64)]
    [InlineData("{model: {name: aesm2, experts: 4}}", 4, 8, 3, 64)]
    [InlineData("{model: aesm2, training: {epochs: 1}}", 5, 8, 1, 64)]
    [InlineData("{model.experts: 4, training.batch_size: 32}", 4, 8, 3, 32)]
    [InlineData("{model: {tower_widths: [4, 2]}}", 5, 4, 3, 64)]
    [InlineData("[model.experts=7, training.epochs=2]", 7, 8, 2, 64)]
    public void Variant_Changes_AreLaidOverTheBase(string changes, int experts, int width, int epochs, int batch)
    {
        var run = Parse($"base: run.yaml\nvariants: {{a: {changes}}}").Variants.Single().Run;

        var model = run.Model.Options.ShouldBeOfType<Aesm2Options>();
        (model.Experts, model.TowerWidths[0], run.Training.Epochs, run.Training.BatchSize).ShouldBe((experts, width, epochs, batch));
    }

    [Fact]
    public void Variant_AnotherModel_HasItsOwnDefaults()
    {
        var comparison = Parse("base: run.yaml\nvariants: [mmoe, {name: b, model: {name: mmoe, experts: 3}}, {name: c, model: {name: mmoe}, training: {epochs: 9}}]");

        comparison.Variants.Select(v => v.Name).ShouldBe(["mmoe", "b", "c"]);
        comparison.Variants.Select(v => ((MmoeOptions)v.Run.Model.Options).Experts).ShouldBe([new MmoeOptions().Experts, 3, new MmoeOptions().Experts]);
        comparison.Variants.Select(v => v.Run.Training.Epochs).ShouldBe([3, 3, 9]);
    }

    [Fact]
    public void Parse_Defaults_FindControlsAndBaseline()
    {
        var comparison = Parse("base: run.yaml\nvariants: {x: {}, alone: {model: single, size: own}, pooled: {model: hard_sharing}}");

        (comparison.Baseline, comparison.Single, comparison.Pooled, comparison.Name).ShouldBe(("x", "alone", "pooled", "compare"));
        comparison.Variants.Select(v => v.Size).ShouldBe([null, VariantSize.Own, null]);
        comparison.OutputDirectory.ShouldBe(Path.Combine(_folder.FullName, "runs", "compare"));
        comparison.Options.Seeds.ShouldBe([1ul, 2, 3]);
    }

    [Fact]
    public void Parse_Overrides_ChangeTheBaseUnderEveryVariant()
    {
        var comparison = ComparisonConfiguration.Parse(
            "base: run.yaml\nvariants: {a: {}, b: {training.epochs: 5}}", "compare.yaml", _folder.FullName, ["training.epochs=1", "training.batch_size=16"]);

        comparison.Variants.Select(v => (v.Run.Training.Epochs, v.Run.Training.BatchSize)).ShouldBe([(1, 16), (5, 16)]);
    }

    ComparisonConfiguration Parse(string yaml) => ComparisonConfiguration.Parse(yaml, "compare.yaml", _folder.FullName);
}
