using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Features;
using Switchyard.Models;

namespace Switchyard.Tests;

public sealed class DocumentationTests
{
    const string Update = "SWITCHYARD_UPDATE_DOCS";

    public static TheoryData<string> Samples()
    {
        var samples = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("samples"), "*.yaml", SearchOption.AllDirectories).Where(f => !IsComparison(f) && !IsSearch(f)).Order(StringComparer.Ordinal))
            samples.Add(Path.GetRelativePath(Repository.Root, file));
        return samples;
    }

    public static TheoryData<string> Comparisons() =>
        [.. Directory.EnumerateFiles(Repository.PathOf("samples"), "*.yaml", SearchOption.AllDirectories).Where(IsComparison)
            .Select(f => Path.GetRelativePath(Repository.Root, f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Comparisons))]
    public void Load_EveryComparison_IsValid(string sample) => ComparisonConfiguration.Load(Repository.PathOf(sample)).Variants.ShouldNotBeEmpty();

    [Theory]
    [MemberData(nameof(Samples))]
    public void Load_EverySample_IsValidAndReadsBack(string sample)
    {
        var run = RunConfiguration.Load(Repository.PathOf(sample));

        run.Data.Fields.ShouldNotBeEmpty();
        RunConfiguration.Parse(run.ToYaml(), sample, run.BaseDirectory).ToJson().ShouldBe(run.ToJson());
    }

    [Theory]
    [InlineData("t1", 19)]
    [InlineData("t1n", 17)]
    [InlineData("t2n", 14)]
    public void Load_Trivago_ModelCanBeReplaced(string protocol, int fields)
    {
        var run = RunConfiguration.Load(Repository.PathOf("samples", "trivago", $"{protocol}.yaml"), ["model={name: mmoe, experts: 6}", "training.seed=2"]);

        run.Model.Options.ShouldBeOfType<MmoeOptions>();
        run.Training.Seed.ShouldBe(2ul);
        run.Data.Fields.Length.ShouldBe(fields);
    }

    [Fact]
    public void Load_MoreExpertsThanThereAre_SaysSo() =>
        Should.Throw<InputException>(() => RunConfiguration.Load(Repository.PathOf("samples", "trivago", "t1n.yaml"), ["model.specific=7"]))
            .Message.ShouldBe("--set model.specific=7: model.specific: a row cannot choose specific = 7, shared = 1 of 6 experts; raise experts or lower specific and shared.");

    /// <summary>Rules between options, and within one of them, are one line with the place and the model's own key before anything is imported.</summary>
    [Theory]
    [InlineData("{name: pepnet, tower_widths: []}", "model.tower_widths: a tower without hidden units has none to scale")]
    [InlineData("{name: single, network: {widths: []}}", "model.network.widths: at least one layer is needed")]
    [InlineData("{name: hard_sharing, heads: stack, scenario_widths: []}", "model.scenario_widths: heads: stack has layers per scenario")]
    [InlineData("{name: hinet, san: false, shared: false, specific: false}", "model.san: nothing is left of the scenario layer")]
    [InlineData("{name: parallel, heads: stack}", "model.heads: expected task or pair")]
    public void Load_OptionsThatDoNotGoTogether_SaysWhereAndWhich(string model, string message)
    {
        var yaml = $"sources: a.csv\nfields: [b]\ntasks: {{c: d}}\nsplit: {{train: row mod 2 == 0, validation: row mod 2 == 1}}\nmodel: {model}\n";

        var said = Should.Throw<InputException>(() => RunConfiguration.Parse(yaml, "run.yaml", Repository.Root)).Message;

        said.ShouldStartWith("run.yaml:5:");
        said.ShouldContain(message);
    }

    [Fact]
    public void Generate_Schema_IsCommitted() => ShouldBeCommitted(JsonSchema.Generate(ModelZoo.Options), "docs", "switchyard.schema.json");

    [Fact]
    public void GenerateComparison_Schema_IsCommitted() => ShouldBeCommitted(JsonSchema.GenerateComparison(), "docs", "comparison.schema.json");

    [Fact]
    public void FillComparison_Tables_AreCommitted() =>
        ShouldBeCommitted(ConfigurationTables.FillComparison(File.ReadAllText(Repository.PathOf("docs", "comparing.md"))), "docs", "comparing.md");

    [Fact]
    public void Fill_Tables_AreCommitted()
    {
        var document = File.ReadAllText(Repository.PathOf("docs", "configuration.md"));

        ShouldBeCommitted(ConfigurationTables.Fill(document, ModelZoo.Options), "docs", "configuration.md");
    }

    [Fact]
    public void Generate_TuneSchema_IsCommitted() => ShouldBeCommitted(JsonSchema.GenerateTune(), "docs", "tune.schema.json");

    [Fact]
    public void Fill_TuneTables_AreCommitted()
    {
        var document = File.ReadAllText(Repository.PathOf("docs", "tuning.md"));

        ShouldBeCommitted(ConfigurationTables.Fill(document, ConfigurationTables.TuneSections()), "docs", "tuning.md");
    }

    [Fact]
    public void Fill_FeatureTables_AreCommitted() =>
        ShouldBeCommitted(ConfigurationTables.Fill(File.ReadAllText(Repository.PathOf("docs", "features.md")), FeatureSections()), "docs", "features.md");

    [Fact]
    public void Generate_FusionSchema_IsCommitted() => ShouldBeCommitted(JsonSchema.GenerateFusion(), "docs", "fusion.schema.json");

    [Fact]
    public void Fill_FusionTables_AreCommitted() =>
        ShouldBeCommitted(ConfigurationTables.Fill(File.ReadAllText(Repository.PathOf("docs", "fusion.md")), ConfigurationTables.FusionSections()), "docs", "fusion.md");

    [Fact]
    public void Sections_EveryOption_IsDescribed() =>
        ConfigurationTables.Sections(ModelZoo.Options).Concat(ConfigurationTables.TuneSections()).Concat(ConfigurationTables.FusionSections()).Concat(FeatureSections())
            .SelectMany(s => s.Value.Where(o => o.Description.Length == 0).Select(o => $"{s.Key}: {o.Key}"))
            .ShouldBeEmpty();

    [Fact]
    public void Fill_MissingTable_NamesIt() =>
        Should.Throw<InvalidDataException>(() => ConfigurationTables.Fill("text", Runs.Models)).Message.ShouldContain("model.deep, model.wide");

    [Fact]
    public void Generate_Schema_RefusesUnknownKeysAndKnowsLimits()
    {
        var schema = JsonNode.Parse(JsonSchema.Generate(Runs.Models))!;

        schema["additionalProperties"]!.GetValue<bool>().ShouldBeFalse();
        var wide = schema["properties"]!["model"]!["anyOf"]!.AsArray().Single(m => m!["properties"]?["name"]?["const"]?.GetValue<string>() == "wide")!;
        wide["properties"]!["experts"]!["anyOf"]![0]!["maximum"]!.GetValue<double>().ShouldBe(100);
        wide["properties"]!["experts"]!["default"]!.GetValue<int>().ShouldBe(4);
    }

    /// <summary>Samples named compare….yaml are comparisons, tune….yaml and those in folders tune… searches; all others are runs.</summary>
    static bool IsComparison(string file) => File.ReadLines(file).Any(l => l.StartsWith("variants:", StringComparison.Ordinal));

    static bool IsSearch(string file) =>
        new[] { file, Path.GetDirectoryName(file) }.Any(place => Path.GetFileName(place)!.StartsWith("tune", StringComparison.Ordinal));

    static SortedDictionary<string, Option[]> FeatureSections() =>
        new(StringComparer.Ordinal) { ["features"] = [.. OptionSet.Of(typeof(FeatureStoreOptions)).Options] };

    static void ShouldBeCommitted(string text, params string[] path)
    {
        var file = Repository.PathOf(path);
        if (Environment.GetEnvironmentVariable(Update) == "1") File.WriteAllText(file, text);
        var committed = File.Exists(file) ? File.ReadAllText(file) : "";
        (committed == text).ShouldBeTrue($"{string.Join('/', path)} is out of date; run the tests once with {Update}=1 and commit the file.");
    }
}
