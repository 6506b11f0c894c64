using System.Collections.Frozen;

namespace Switchyard.Reports;

/// <summary>The architectures in a few words, for readers who do not know their names.</summary>
static class ModelPhrases
{
    static readonly FrozenDictionary<string, string> Phrases = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["aesm2"] = "layer by layer, every scenario and task chooses a few experts of its own and a few that all share",
        ["aitm"] = "a tower per task, in the order of a funnel: each hands what it found to the next",
        ["cesaa"] = "experts that all rows use and a few that a gate picks for each row, trained so that every scenario finds its own",
        ["cross_stitch"] = "a network per task; learned weights mix their layers",
        ["hard_sharing"] = "one network for all, with a head per task",
        ["hinet"] = "experts of all, of each scenario and, by attention, of similar scenarios; then the same for tasks",
        ["hmoe"] = "experts that all share and a tower per scenario; a gate mixes what the towers of all scenarios say",
        ["m3oe"] = "three kinds of experts, of all, of each scenario and of each task, mixed in two steps",
        ["mmoe"] = "experts that all tasks share; a gate per task mixes them",
        ["parallel"] = "a network per task over common embeddings, nothing else shared",
        ["pepnet"] = "one network whose embeddings and hidden units the scenario and the row scale",
        ["ple"] = "experts that all tasks share and experts of one task each, in layers; a gate per task mixes both",
        ["sar_net"] = "the scenario scales the features; then a gate mixes experts of all and of the scenario",
        ["single"] = "a model of its own for each scenario, nothing shared",
        ["star"] = "a network per scenario, its weights those of all scenarios times its own",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What an architecture is; null of one that is not known here.</summary>
    public static string? Of(string architecture) => Phrases.GetValueOrDefault(architecture);
}
