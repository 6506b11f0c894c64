using System.Collections;
using System.Reflection;
using Switchyard.Engine;

namespace Switchyard.Models.Tests;

/// <summary>
/// What the suite runs: every registered architecture with its default options, and some variants. A new architecture is in as
/// soon as it is in <see cref="ModelZoo"/>.
/// </summary>
static class ModelCases
{
    static readonly ExpertOptions Small = new() { Widths = [24, 16] };

    static readonly Aesm2Options Aesm2 = new() { Experts = 5, Specific = 2, Shared = 2, Expert = Small };

    static readonly PleOptions Ple = new() { Expert = Small };

    static readonly HinetOptions Hinet = new() { SubExperts = 2, SubExpert = Small, Expert = Small, TowerWidths = [8] };

    static readonly CesaaOptions Cesaa = new() { Experts = 6, Expert = Small };

    static readonly EmbeddingOptions Din = new() { Attention = [new AttentionOptions { Field = "words", Query = "brand", Widths = [6] }] };

    static readonly Dictionary<string, ModelOptions> Variants = new(StringComparer.Ordinal)
    {
        ["aesm2/two layers, disjoint"] = Aesm2 with { Disjoint = true, LayersPerLevel = 2, TowerWidths = [8] },
        ["aesm2/noise in selection, dropout"] = Aesm2 with
        {
            NoiseScope = NoiseScope.Selection,
            Noise = new NoiseSchedule { Sigma = 1, Decay = NoiseDecay.Cosine },
            Expert = Small with { Dropout = 0.2 },
        },
        ["aesm2/batch norm"] = Aesm2 with { Expert = Small with { BatchNorm = true } },
        ["aesm2/noise of entropy, gate of x"] = Aesm2 with { Noise = new NoiseSchedule { Sigma = 0.5, Follow = NoiseFollow.Entropy }, GateInput = GateInput.X },
        ["aesm2/noise of certainty, gate of scenario"] = Aesm2 with { Noise = new NoiseSchedule { Follow = NoiseFollow.Certainty }, GateInput = GateInput.Scenario },
        ["aesm2/dense"] = Aesm2 with { Select = false },
        ["aesm2/all experts"] = Aesm2 with { Specific = 5, Shared = 5 },
        ["mmoe/embedding dropout"] = new MmoeOptions { Embedding = new EmbeddingOptions { Dropout = 0.1, IdDropout = 0.2, IdDropoutFields = ["user", "words"] } },
        ["aitm/pairs of level 2, calibrated"] = new AitmOptions { TaskWidths = [24, 16], TowerWidths = [8], Heads = PairHeads.Pair, Level = 2, CalibratorWeight = 0.6 },
        ["aitm/nothing handed on"] = new AitmOptions { TaskWidths = [24, 16], Transfer = false },
        ["cross_stitch/pairs"] = new CrossStitchOptions { Heads = PairHeads.Pair, TowerWidths = [24, 16, 8] },
        ["cross_stitch/pairs of level 2, one mixing"] = new CrossStitchOptions { Heads = PairHeads.Pair, Level = 2, TowerWidths = [24, 16], Own = 0.5 },
        ["cross_stitch/one layer, nothing mixed"] = new CrossStitchOptions { TowerWidths = [16] },
        ["hard_sharing/pairs of level 2"] = new HardSharingOptions { Heads = Heads.Pair, Level = 2, BottomWidths = [24] },
        ["hard_sharing/stack"] = new HardSharingOptions { Heads = Heads.Stack, BottomWidths = [24, 16], ScenarioWidths = [12], TowerWidths = [8] },
        ["hmoe/level 2, dropout"] = new HmoeOptions { Level = 2, Experts = 3, Expert = Small with { Dropout = 0.2 }, TowerWidths = [] },
        ["hmoe/labels not mixed"] = new HmoeOptions { Experts = 3, Expert = Small, MixLabels = false },
        ["hmoe/gradients not cut"] = new HmoeOptions { Experts = 3, Expert = Small, CutGradients = false },
        ["hinet/tasks, no attention"] = Hinet with { Heads = PairHeads.Task, San = false, SubExperts = 3 },
        ["hinet/level 2, no shared, dropout"] = Hinet with { Level = 2, Shared = false, SubExpert = Small with { Dropout = 0.1 } },
        ["hinet/no specific, batch norm"] = Hinet with { Specific = false, TowerWidths = [], SubExpert = Small with { BatchNorm = true } },
        ["hinet/no hierarchy"] = Hinet with { Hierarchy = false },
        ["mmoe/attention"] = new MmoeOptions { Embedding = Din },
        ["aesm2/attention with softmax"] = Aesm2 with { Embedding = Din with { Attention = [Din.Attention[0] with { Softmax = true }] } },
        ["single/attention"] = new SingleOptions { Embedding = Din },
        ["mmoe/without fields"] = new MmoeOptions { Without = ["item", "age"] },
        ["aesm2/residual, x again"] = Aesm2 with { Residual = true, Skip = InputSkip.Both, LayersPerLevel = 2 },
        ["aesm2/identity"] = Aesm2 with { Identity = true, Skip = InputSkip.Layers, LayersPerLevel = 2 },
        ["cesaa/joint, moving average, two layers"] = Cesaa with { Combine = ExpertCombination.Joint, SharedExperts = 2, MovingAverage = 0.9, Layers = 2, Level = 2 },
        ["cesaa/all experts, none shared"] = Cesaa with { Active = 6, SharedExperts = 0, GateInput = GateInput.X, Prior = ScenarioPrior.Batch, TowerWidths = [] },
        ["cesaa/sparse information, scenario gate"] = Cesaa with
        {
            Noise = false,
            InformationOn = InformationGate.Sparse,
            GateInput = GateInput.Scenario,
            Expert = Small with { BatchNorm = true, Dropout = 0.1 },
        },
        ["mmoe/batch norm, dropout"] = new MmoeOptions { Experts = 3, Expert = Small with { BatchNorm = true, Dropout = 0.1 }, TowerWidths = [] },
        ["star/level 2, one layer"] = new StarOptions { Widths = [24], AuxiliaryWidths = [], Level = 2 },
        ["star/no normalisation"] = new StarOptions { Widths = [32, 16], Normalise = false },
        ["m3oe/level 2, dropout"] = new M3oeOptions { Level = 2, BottomWidths = [24], Experts = 3, Expert = Small with { Dropout = 0.1 }, TowerWidths = [] },
        ["m3oe/own experts alone"] = new M3oeOptions { BottomWidths = [24, 16], Experts = 2, Expert = Small, Balance = false },
        ["mmoe/pairs, level 2"] = new MmoeOptions { Expert = Small, Heads = Heads.Pair, Level = 2 },
        ["mmoe/stack"] = new MmoeOptions { Experts = 4, Expert = Small, Heads = Heads.Stack },
        ["parallel/pairs"] = new ParallelOptions { Heads = PairHeads.Pair, TowerWidths = [24, 16] },
        ["pepnet/EPNet only, level 2"] = new PepNetOptions { TowerWidths = [24], ScaleTowers = false, Level = 2 },
        ["pepnet/PPNet only"] = new PepNetOptions { TowerWidths = [24], ScaleEmbeddings = false },
        ["ple/one layer"] = Ple with { Layers = 1 },
        ["ple/pairs"] = Ple with { Layers = 1, Heads = Heads.Pair },
        ["ple/pairs, two layers, level 2"] = Ple with { Heads = Heads.Pair, Level = 2 },
        ["sar_net/level 2, batch norm, dropout"] = new SarNetOptions { Level = 2, OwnExperts = 1, Expert = Small with { BatchNorm = true, Dropout = 0.1 }, TowerWidths = [] },
        ["sar_net/x as it is"] = new SarNetOptions { Expert = Small, Transform = false },
        ["single/level 2, batch norm"] = new SingleOptions { Level = 2, Network = Small with { BatchNorm = true } },
        ["single/without fields, ids dropped"] = new SingleOptions { Network = Small, Embedding = new EmbeddingOptions { IdDropout = 0.2 }, Without = ["item", "age"], TowerWidths = [] },
        ["ple/stack, dropout"] = Ple with { Heads = Heads.Stack, Expert = Small with { Dropout = 0.1 } },
    };

    public static TheoryData<string> All() => [.. ModelZoo.Options.Keys.Concat(Variants.Keys).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Registered() => [.. ModelZoo.Options.Keys.Order(StringComparer.Ordinal)];

    public static ModelOptions Options(string name) =>
        Variants.TryGetValue(name, out var variant) ? variant : (ModelOptions)Activator.CreateInstance(ModelZoo.Options[name])!;

    /// <summary>The same model without anything that training does differently from scoring: noise, dropout, batch norm.</summary>
    public static ModelOptions Quiet(ModelOptions options) => (ModelOptions)Quieten(options);

    static object Quieten(object record)
    {
        var clone = record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
        foreach (var property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            var value = property.GetValue(record);
            object? quiet = property.Name switch
            {
                nameof(NoiseSchedule.Sigma) or nameof(NoiseSchedule.Floor) or nameof(ExpertOptions.Dropout) or nameof(EmbeddingOptions.IdDropout) => 0.0,
                nameof(ExpertOptions.BatchNorm) or nameof(StarOptions.Normalise) => false,
                nameof(CesaaOptions.Noise) when value is bool => false,
                _ => value is not null and not IEnumerable && property.PropertyType.GetMethod("<Clone>$") is not null ? Quieten(value) : value,
            };
            property.SetValue(clone, quiet);
        }

        return clone;
    }
}
