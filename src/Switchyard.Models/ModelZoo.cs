using System.Collections.Frozen;

namespace Switchyard.Models;

/// <summary>The architectures by name: the one place that lists them.</summary>
public static class ModelZoo
{
    /// <summary>Name in a configuration → type of its options.</summary>
    public static FrozenDictionary<string, Type> Options { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["aesm2"] = typeof(Aesm2Options),
        ["aitm"] = typeof(AitmOptions),
        ["cesaa"] = typeof(CesaaOptions),
        ["cross_stitch"] = typeof(CrossStitchOptions),
        ["hard_sharing"] = typeof(HardSharingOptions),
        ["hinet"] = typeof(HinetOptions),
        ["hmoe"] = typeof(HmoeOptions),
        ["m3oe"] = typeof(M3oeOptions),
        ["mmoe"] = typeof(MmoeOptions),
        ["parallel"] = typeof(ParallelOptions),
        ["pepnet"] = typeof(PepNetOptions),
        ["ple"] = typeof(PleOptions),
        ["sar_net"] = typeof(SarNetOptions),
        ["single"] = typeof(SingleOptions),
        ["star"] = typeof(StarOptions),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Name of the architecture that an options record belongs to.</summary>
    public static string NameOf(ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Options.FirstOrDefault(o => o.Value == options.GetType()).Key ?? options.GetType().Name;
    }
}
