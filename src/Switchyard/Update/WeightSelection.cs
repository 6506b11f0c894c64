using System.IO.Enumeration;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>Chooses weights by the part of the model they belong to, or by name.</summary>
static class WeightSelection
{
    /// <summary>The names of all weights that one of the words means.</summary>
    /// <param name="words">Words of <see cref="WeightParts"/>, or names with * and ?.</param>
    /// <param name="parameters">The model's weights.</param>
    /// <param name="key">Key of the words, for messages.</param>
    /// <exception cref="InputException">A word means none.</exception>
    public static HashSet<string> Choose(IEnumerable<string> words, ParameterSet parameters, string key)
    {
        var parts = WeightParts.Of(parameters);
        var chosen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            string[] meant = [.. parts.Where(p => Means(word, p.Key, p.Value)).Select(p => p.Key)];
            if (meant.Length == 0) throw None(word, parts, key);
            chosen.UnionWith(meant);
        }

        return chosen;
    }

    static bool Means(string word, string name, WeightPart part) =>
        WeightParts.Words.Contains(word) ? part.Word == word : FileSystemName.MatchesSimpleExpression(word, name, ignoreCase: false);

    static InputException None(string word, Dictionary<string, WeightPart> weights, string key)
    {
        string[] parts = [.. WeightParts.Words.Where(w => weights.Values.Any(p => p.Word == w))];
        var example = weights.FirstOrDefault(w => w.Value.Word != "embeddings", weights.First()).Key;
        return new InputException(
            $"{key}: the model has no weights '{word}'{Names.Suggest(word, parts.Concat(weights.Keys))} " +
            $"Name {string.Join(", ", parts)}, or tensors as weights.safetensors has them, for example {example}; * stands for any text.");
    }
}
