namespace Switchyard.Models.Tests;

[Trait("Category", "Golden")]
public sealed class GoldenTests
{
    public static TheoryData<string> Cases() => [.. GoldenFolder.Cases()];

    [GoldenTheory]
    [MemberData(nameof(Cases))]
    public void Layer_GoldenCase_Matches(string name)
    {
        var golden = new GoldenCase(name);
        GoldenLayers.Runners.ShouldContainKey(golden.Layer, $"{name}: layer {golden.Layer} is not in the table of golden layers");
        GoldenLayers.Runners[golden.Layer](golden);
        golden.AssertEqual();
    }
}
