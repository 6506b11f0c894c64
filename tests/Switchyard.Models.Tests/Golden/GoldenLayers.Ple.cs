namespace Switchyard.Models.Tests;

static partial class GoldenLayers
{
    static void Ple(GoldenCase golden) => TaskHeads(golden, new PleOptions
    {
        Layers = golden.Int("levels"),
        OwnExperts = golden.Int("own_experts"),
        SharedExperts = golden.Int("shared_experts"),
        Expert = new ExpertOptions { Widths = [.. golden.Ints("expert_widths")] },
        TowerWidths = [.. golden.Ints("tower_widths")],
    });
}
