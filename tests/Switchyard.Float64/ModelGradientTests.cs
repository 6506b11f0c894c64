using System.Collections.Immutable;
using Switchyard.Engine;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Float64;

/// <summary>Whole models: embeddings, layers, auxiliary terms and loss, every weight and every table row.</summary>
public sealed class ModelGradientTests
{
    /// <summary>Default options of every architecture there is, in small: a new one is checked without a line here.</summary>
    const string Registered = "registered ";

    static readonly ExpertOptions Expert = new() { Widths = [5, 4] };

    static readonly Aesm2Options Aesm2 = new()
    {
        Experts = 5,
        Specific = 2,
        Shared = 2,
        Expert = Expert,
        Noise = new NoiseSchedule { Sigma = 0.5 },
        LayersPerLevel = 2,
        AuxiliaryWeight = 0.7,
        IndicatorWidth = 3,
        TowerWidths = [4],
    };

    static readonly PleOptions Ple = new() { Expert = new ExpertOptions { Widths = [4] }, TowerWidths = [3] };

    static readonly HinetOptions Hinet = new()
    {
        SubExperts = 2,
        SubExpert = Expert,
        OwnExperts = 1,
        SharedExperts = 1,
        Expert = Expert,
        Level = 2,
        IndicatorWidth = 3,
        TowerWidths = [3],
    };

    static readonly CesaaOptions Cesaa = new() { Experts = 5, Expert = Expert, InformationWeight = 0.7, IndicatorWidth = 3, TowerWidths = [4] };

    static readonly EmbeddingOptions Din = new() { Attention = [new AttentionOptions { Field = "words", Query = "brand", Widths = [3] }] };

    static readonly ImmutableDictionary<string, ModelOptions> Cases = new Dictionary<string, ModelOptions>
    {
        ["aesm2"] = Aesm2,
        ["aesm2 without noise"] = Aesm2 with { Noise = new NoiseSchedule { Sigma = 0 } },
        ["aesm2 disjoint"] = Aesm2 with { Disjoint = true },
        ["aesm2 noise in selection"] = Aesm2 with { NoiseScope = NoiseScope.Selection },
        ["aesm2 batch norm"] = Aesm2 with { LayersPerLevel = 1, Expert = Expert with { BatchNorm = true } },
        ["aesm2 dropout"] = Aesm2 with { Expert = Expert with { Dropout = 0.3 } },
        ["aesm2 dense"] = Aesm2 with { LayersPerLevel = 1, Select = false },
        ["aesm2 without tower"] = Aesm2 with { LayersPerLevel = 1, TowerWidths = [] },
        ["aesm2 residual, x again everywhere"] = Aesm2 with { Residual = true, Skip = InputSkip.Both },
        ["aesm2 identity"] = Aesm2 with { Identity = true },
        ["aesm2 identity, x again in layers"] = Aesm2 with { Identity = true, Skip = InputSkip.Layers, LayersPerLevel = 1 },
        ["aitm pairs, calibrated"] = new AitmOptions { TaskWidths = [5, 4], TowerWidths = [3], Heads = PairHeads.Pair, Level = 2, CalibratorWeight = 0.7 },
        ["cesaa"] = Cesaa,
        ["cesaa joint, sparse information"] = Cesaa with { Combine = ExpertCombination.Joint, SharedExperts = 2, InformationOn = InformationGate.Sparse },
        ["cesaa two layers, gate of the scenario"] = Cesaa with { Layers = 2, GateInput = GateInput.Scenario, Prior = ScenarioPrior.Batch, SharedExperts = 0 },
        ["hinet"] = Hinet,
        ["hinet tasks, no shared"] = Hinet with { Heads = PairHeads.Task, Shared = false },
        ["hinet no specific"] = Hinet with { Specific = false },
        ["hinet no attention"] = Hinet with { San = false },
        ["m3oe level 2"] = new M3oeOptions { BottomWidths = [5], Experts = 2, Expert = Expert, TowerWidths = [], Level = 2, CutGradients = false },
        ["mmoe"] = new MmoeOptions { Experts = 4, Expert = Expert, TowerWidths = [4] },
        ["mmoe embedding dropout"] = new MmoeOptions { Experts = 3, Expert = Expert, TowerWidths = [4], Embedding = new EmbeddingOptions { Dropout = 0.2, IdDropout = 0.3 } },
        ["mmoe attention"] = new MmoeOptions { Experts = 3, Expert = Expert, TowerWidths = [4], Embedding = Din },
        ["mmoe attention with softmax"] = new MmoeOptions { Experts = 3, Expert = Expert, TowerWidths = [4], Embedding = Din with { Attention = [Din.Attention[0] with { Softmax = true }] } },
        ["aesm2 attention"] = Aesm2 with { LayersPerLevel = 1, Embedding = Din },
        ["sar_net level 2"] = new SarNetOptions { Expert = Expert, TowerWidths = [], Level = 2 },
        ["single attention"] = new SingleOptions { Network = Expert, TowerWidths = [4], Embedding = Din },
        ["mmoe batch norm and dropout"] = new MmoeOptions { Experts = 3, Expert = Expert with { BatchNorm = true, Dropout = 0.2 }, TowerWidths = [4, 3] },
        ["mmoe pairs"] = new MmoeOptions { Experts = 3, Expert = Expert, TowerWidths = [4], Heads = Heads.Pair, Level = 2 },
        ["mmoe stack"] = new MmoeOptions { Experts = 3, Expert = Expert, TowerWidths = [4], Heads = Heads.Stack },
        ["star, level 2"] = new StarOptions { Widths = [4, 3], AuxiliaryWidths = [], IndicatorWidth = 2, Level = 2 },
        ["star without normalisation"] = new StarOptions { Widths = [4], AuxiliaryWidths = [3], IndicatorWidth = 2, Normalise = false },
        ["ple one layer"] = Ple with { Layers = 1 },
        ["ple pairs"] = Ple with { Layers = 1, Heads = Heads.Pair, Level = 2 },
        ["ple pairs, three layers"] = Ple with { OwnExperts = 1, SharedExperts = 1, Layers = 3, Heads = Heads.Pair },
        ["ple stack, dropout"] = Ple with { Heads = Heads.Stack, Expert = Expert with { Dropout = 0.2 } },
    }.ToImmutableDictionary();

    public static TheoryData<string, bool> Names()
    {
        var data = new TheoryData<string, bool>();
        foreach (var name in Cases.Keys.Order(StringComparer.Ordinal)) data.Add(name, false);
        data.Add("aesm2", true);
        data.Add("mmoe", true);
        foreach (var name in ModelZoo.Options.Keys.Order(StringComparer.Ordinal)) data.Add(Registered + name, false);
        return data;
    }

    /// <param name="name">Of the case.</param>
    /// <param name="observed">Whether a task's loss is divided by its observed labels, or else by all rows.</param>
    [Theory]
    [MemberData(nameof(Names))]
    public void Backward_WholeModel_EqualsCentralDifferences(string name, bool observed) =>
        Check(Options(name), [2, 3], [-1, 0, -1], observed, rows: 18);

    [Fact]
    public void Backward_OneLevelOneTask_EqualsCentralDifferences() => Check(Aesm2, [3], [-1], false, rows: 9);

    [Fact]
    public void Backward_NoLevels_EqualsCentralDifferences() => Check(Aesm2, [], [-1, -1], false, rows: 9);

    [Fact]
    public void Backward_ChainOfThreeTasks_EqualsCentralDifferences() => Check(Aesm2 with { LayersPerLevel = 1 }, [2], [-1, 0, 1], true, rows: 20);

    static ModelOptions Options(string name) => name.StartsWith(Registered, StringComparison.Ordinal)
        ? (ModelOptions)Small(Activator.CreateInstance(ModelZoo.Options[name[Registered.Length..]])!)
        : Cases[name];

    /// <summary>The same options with layers of a few units, so that every weight can be varied.</summary>
    static object Small(object record)
    {
        var clone = record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
        foreach (var property in record.GetType().GetProperties().Where(p => p.CanWrite))
        {
            var value = property.GetValue(record);
            object? small = value switch
            {
                ImmutableArray<int> widths => widths.Select((_, i) => 5 - Math.Min(i, 2)).ToImmutableArray(),
                int when property.Name.EndsWith("Width", StringComparison.Ordinal) => 3,

                // A cut gradient is not that of the function.
                bool when property.Name == nameof(HmoeOptions.CutGradients) => false,
                not null when property.PropertyType.GetMethod("<Clone>$") is not null => Small(value),
                _ => value,
            };
            property.SetValue(clone, small);
        }

        return clone;
    }

    static void Check(ModelOptions options, int[] levels, int[] given, bool observed, int rows)
    {
        var schema = TinyData.Schema(levels, given, [.. given.Select((_, t) => 1 + 0.5f * t)]);
        var batch = TinyData.Rows(schema, rows, 3, unknown: 0.15, unobserved: 0.2, weighted: true);
        var ranker = new Ranker(schema, options, 11);
        GradientCheck.Jitter(ranker.Parameters);
        var pass = new ForwardPass(ranker, GraphMode.Train);
        (pass.Graph.Seed, pass.Graph.StepNumber) = (5, 17);
        var targets = new LossTargets(given, [.. schema.Tasks.Select(t => t.Weight)], observed) { RowWeights = batch.Weights };
        for (var t = 0; t < given.Length; t++) targets.Labels[t] = batch.Labels(t);
        var check = new GradientCheck(ranker.Parameters, pass.Graph, g => g.Loss(pass.Logits(batch), targets), static () => { });
        check.Run();
    }
}
