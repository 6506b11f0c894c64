using System.IO.Enumeration;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>Chooses weights by the part of the model they belong to, or by name.</summary>
static class WeightSelection
{
    /// <summary>Word → how a step of a weight's name shows that it belongs to the part. The first step that is of a part decides.</summary>
    static readonly (string Part, Func<string, bool> Has)[] Parts =
    [
        ("embeddings", static step => step == "embedding" || step.EndsWith("_embedding", StringComparison.Ordinal)),
        ("experts", static step => step == "expert"),
        ("gates", static step => step == "gate" || step.EndsWith("_gate", StringComparison.Ordinal)),
        ("towers", static step => step == "tower"),
    ];

    /// <summary>The names of all weights that one of the words means.</summary>
    /// <param name="words">Parts, or names with * and ?.</param>
    /// <param name="parameters">The model's weights.</param>
    /// <param name="key">Key of the words, for messages.</param>
    /// <exception cref="InputException">A word means none.</exception>
    public static HashSet<string> Choose(IEnumerable<string> words, ParameterSet parameters, string key)
    {
        string[] names = [.. parameters.Tables.Select(t => t.Name), .. parameters.Dense.Select(p => p.Name), .. parameters.Buffers.Select(b => b.Name)];
        var chosen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            string[] meant = [.. names.Where(n => Means(word, n))];
            if (meant.Length == 0) throw None(word, names, key);
            chosen.UnionWith(meant);
        }

        return chosen;
    }

    static bool Means(string word, string name) =>
        Parts.Any(p => p.Part == word) ? PartOf(name) == word : FileSystemName.MatchesSimpleExpression(word, name, ignoreCase: false);

    static string? PartOf(string name) =>
        name.Split('.').Select(step => Parts.FirstOrDefault(p => p.Has(step)).Part).FirstOrDefault(part => part is not null);

    static InputException None(string word, string[] names, string key)
    {
        var parts = Parts.Select(p => p.Part).Where(p => names.Any(n => PartOf(n) == p)).ToArray();
        return new InputException(
            $"{key}: the model has no weights '{word}'{Names.Suggest(word, parts.Concat(names))} " +
            $"Name {string.Join(", ", parts)}, or tensors as weights.safetensors has them, for example {names.First(n => PartOf(n) != "embeddings" || names.All(o => PartOf(o) == "embeddings"))}; * stands for any text.");
    }
}
