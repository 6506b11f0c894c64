using Switchyard.Engine;

namespace Switchyard.Models.Tests;

/// <summary>Multiply-adds of a row against the number of scenarios, counted where they are executed.</summary>
public sealed class ScenarioCostTests
{
    const int Rows = 64, Width = 24, Tasks = 2;

    static readonly ExpertOptions Expert = new() { Widths = [16, 8] };

    /// <summary>Those in which a row computes only what is its own scenario's.</summary>
    static readonly Dictionary<string, ModelOptions> Flat = new(StringComparer.Ordinal)
    {
        ["aitm"] = new AitmOptions { TaskWidths = [16, 8] },
        ["aitm, pairs"] = new AitmOptions { TaskWidths = [16, 8], Heads = PairHeads.Pair },
        ["cesaa, as many experts"] = new CesaaOptions { Experts = 6, Active = 6, Expert = Expert },
        ["hard_sharing, pairs"] = new HardSharingOptions { Heads = Heads.Pair },
        ["hard_sharing, stack"] = new HardSharingOptions { Heads = Heads.Stack },
        ["hinet, no attention"] = new HinetOptions { San = false, SubExpert = Expert, Expert = Expert },
        ["hmoe, labels not mixed"] = new HmoeOptions { MixLabels = false, Expert = Expert },
        ["m3oe, own experts alone"] = new M3oeOptions { BottomWidths = [16], Balance = false, Expert = Expert },
        ["mmoe, pairs"] = new MmoeOptions { Heads = Heads.Pair, Expert = Expert },
        ["mmoe, stack"] = new MmoeOptions { Heads = Heads.Stack, Expert = Expert },
        ["parallel, pairs"] = new ParallelOptions { Heads = PairHeads.Pair },
        ["pepnet"] = new PepNetOptions(),
        ["ple, tasks"] = new PleOptions { Expert = Expert },
        ["ple, pairs, one layer"] = new PleOptions { Heads = Heads.Pair, Layers = 1, Expert = Expert },
        ["ple, stack, one layer"] = new PleOptions { Heads = Heads.Stack, Layers = 1, Expert = Expert },
        ["sar_net"] = new SarNetOptions { Expert = Expert },
        ["single"] = new SingleOptions { Network = Expert },
        ["star"] = new StarOptions { Widths = [16] },
    };

    /// <summary>Those whose equations read all scenarios for every row, and what one more costs it.</summary>
    static readonly Dictionary<string, (ModelOptions Options, long Each)> Growing = new(StringComparer.Ordinal)
    {
        // The selection compares the own gate with the gates of all: (x, e) by the columns of one gate over six experts.
        ["aesm2"] = (new Aesm2Options { Experts = 6, Specific = 6, IndicatorWidth = 4, Expert = Expert }, (Width + 4) * 6),

        // The attention mixes the mixtures of all: a gate over K = 3, and as many sub-experts.
        ["hinet"] = (new HinetOptions { SubExperts = 3, IndicatorWidth = 4, SubExpert = Expert, Expert = Expert }, 3 * (Width + (Width * 16) + (16 * 8))),

        // The shared experts' next stream mixes those of all heads: a head's two experts, its gate over them and the shared ones, and its columns of the shared gate.
        ["ple, pairs"] = (new PleOptions { Heads = Heads.Pair, Expert = Expert }, Tasks * ((Width * 4) + (Width * 2) + (2 * ((Width * 16) + (16 * 8))))),

        // The experts of the other scenarios are mixed too.
        ["m3oe"] = (new M3oeOptions { BottomWidths = [12], Expert = Expert }, (12 * 16) + (16 * 8)),

        // Logits of all scenarios are mixed: a gate over six experts, a tower for every task, and a column of its label gate.
        ["hmoe"] = (new HmoeOptions { Experts = 6, Expert = Expert, TowerWidths = [4] }, (Width * 6) + (Tasks * ((8 * 4) + 4 + Width))),
    };

    public static TheoryData<string> Flats() => [.. Flat.Keys];

    public static TheoryData<string> Growings() => [.. Growing.Keys];

    [Theory]
    [MemberData(nameof(Flats))]
    public void Work_OwnScenarioOnly_StaysAsScenariosAreAdded(string name)
    {
        foreach (var mode in (GraphMode[])[GraphMode.Score, GraphMode.Train])
        {
            var few = PerRow(Flat[name], 2, mode);
            few.ShouldBeGreaterThan(0);
            PerRow(Flat[name], 8, mode).ShouldBe(few);
            PerRow(Flat[name], 32, mode).ShouldBe(few);
        }
    }

    [Theory]
    [MemberData(nameof(Growings))]
    public void Work_AllScenariosCompared_GrowsByWhatOneMoreNeeds(string name)
    {
        var (options, each) = Growing[name];
        var (few, some, many) = (PerRow(options, 2, GraphMode.Score), PerRow(options, 8, GraphMode.Score), PerRow(options, 32, GraphMode.Score));
        var table = options is HinetOptions hinet ? (double)hinet.IndicatorWidth / Rows : 0; // the attention's table, M × M, once a pass
        (some - few).ShouldBe((6 * each) + (table * (64 - 4)));
        (many - few).ShouldBe((30 * each) + (table * (1024 - 4)));
    }

    /// <summary>Multiply-adds of the matrix products per row, of which every scenario has as many.</summary>
    static double PerRow(ModelOptions options, int scenarios, GraphMode mode)
    {
        var parameters = new ParameterSet(1);
        var model = options.Build(new Scope(parameters), new ModelShape(Width, [scenarios], Tasks));
        var g = new Graph(mode, parameters);
        var random = new SeededRandom(3, "x");
        var x = g.Input([.. Enumerable.Range(0, Rows * Width).Select(_ => (float)random.NextNormal())], Rows, Width, needsGrad: true);
        var logits = new Tensor[Tasks];
        model.Forward(g, x, new ScenarioPath([[.. Enumerable.Range(0, Rows).Select(r => r % scenarios)]]), logits);
        if (mode == GraphMode.Train)
        {
            foreach (var logit in logits) g.Grad(logit).Fill(1);
            g.RunBackward(g.Zeros(1, 1));
        }

        return (double)g.Work.Active / Rows;
    }
}
