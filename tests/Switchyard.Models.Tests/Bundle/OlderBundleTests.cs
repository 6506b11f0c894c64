using System.Reflection;

namespace Switchyard.Models.Tests;

/// <summary>Bundles that were saved before their architecture got its newer options; Bundle/Older holds two of them.</summary>
public sealed class OlderBundleTests
{
    /// <summary>What a bundle without the option means. A default that changes here makes every older bundle another model.</summary>
    static readonly SortedDictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["Aesm2Options.GateInput"] = "Both",
        ["Aesm2Options.Identity"] = "False",
        ["Aesm2Options.Residual"] = "False",
        ["Aesm2Options.Skip"] = "None",
        ["MmoeOptions.Heads"] = "Task",
        ["MmoeOptions.Level"] = "1",
    };

    [Theory]
    [InlineData("aesm2")]
    [InlineData("mmoe")]
    public void Load_BundleWithoutTheNewerOptions_IsTheModelThatWasSaved(string name)
    {
        var options = name == "aesm2" ? (ModelOptions)TinyBundle.Options : new MmoeOptions { Experts = 2, Expert = new ExpertOptions { Widths = [4] }, TowerWidths = [3] };
        var folder = Path.Combine(AppContext.BaseDirectory, "Bundle", "Older", name);
        File.ReadAllText(Path.Combine(folder, "manifest.json")).ShouldNotContain(name == "aesm2" ? "\"skip\"" : "\"heads\"");

        var loaded = ModelBundle.Load(folder).Ranker;

        OptionsJson.Flatten(loaded.Options).ShouldBe(OptionsJson.Flatten(options));
        var (saved, read) = (TinyBundle.Bits(TinyBundle.NewRanker(7, options).Parameters), TinyBundle.Bits(loaded.Parameters));
        read.Keys.ShouldBe(saved.Keys);
        foreach (var (tensor, bits) in saved) read[tensor].ShouldBe(bits, tensor);
    }

    [Fact]
    public void AbsentMeansDefault_EveryOption_HasTheDefaultItHadAtFirst() =>
        new SortedDictionary<string, string>(
            ModelZoo.Options.Values
                .SelectMany(type => type.GetProperties().Where(p => p.IsDefined(typeof(AbsentMeansDefaultAttribute))))
                .ToDictionary(p => $"{p.DeclaringType!.Name}.{p.Name}", p => $"{p.GetValue(Activator.CreateInstance(p.DeclaringType!))}"),
            StringComparer.Ordinal).ShouldBe(Defaults);
}
