using System.Collections.Immutable;
using System.Text;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Which scenarios an entry is for: a node or <see cref="Any"/> per level, coarse level first.</summary>
sealed class FusionPath
{
    /// <summary>Stands for every node, unknown ones included.</summary>
    public const int Any = -2;

    const char Separator = '/';
    const char Escape = '\\';
    const string Every = "*";

    readonly ImmutableArray<int> _nodes;

    FusionPath(ImmutableArray<int> nodes)
    {
        _nodes = nodes;
        var named = nodes.Count(n => n != Any);
        // The more levels the narrower; among as many, the one that names the coarser level.
        var first = nodes.Index().Where(n => n.Item != Any).Select(n => n.Index).DefaultIfEmpty(0).ToArray();
        Narrowness = [named, .. first.Select(level => -level)];
    }

    /// <summary>Compared number by number: of two entries that fit a scenario, the larger one wins.</summary>
    public ImmutableArray<int> Narrowness { get; }

    /// <summary>Reads a path.</summary>
    /// <param name="text">Nodes joined by /, or * for any; / and \ in a name, and a name that is *, have a \ before them. Levels left out are any.</param>
    /// <param name="levels">The scenario levels.</param>
    /// <exception cref="InputException">A node is not there, or there are more nodes than levels.</exception>
    public static FusionPath Parse(string text, ImmutableArray<ScenarioLevel> levels)
    {
        var parts = Split(text);
        if (parts.Count > levels.Length && !(levels.IsEmpty && parts is [Every]))
        {
            var known = levels.IsEmpty ? "the model has no scenario levels" : $"the model's levels are {string.Join(", ", levels.Select(l => l.Column))}";
            throw new InputException($"scenario '{text}' has {CountText.Of(parts.Count, "node")}, {known}; a / within a name is written \\/.");
        }

        return new FusionPath([.. levels.Select((level, i) => i < parts.Count ? Node(text, parts[i], level) : Any)]);
    }

    /// <summary>A node's name as paths have it.</summary>
    public static string Escaped(string node) =>
        node == Every ? $"{Escape}{Every}" : node.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("/", "\\/", StringComparison.Ordinal);

    /// <summary>Whether the entry is for a scenario; an unknown node, −1, fits where the level is open.</summary>
    public bool Fits(ReadOnlySpan<int> nodes)
    {
        for (var level = 0; level < _nodes.Length; level++)
        {
            if (_nodes[level] != Any && _nodes[level] != nodes[level]) return false;
        }

        return true;
    }

    public bool Equals(FusionPath other) => _nodes.AsSpan().SequenceEqual(other._nodes.AsSpan());

    static int Node(string path, string part, ScenarioLevel level)
    {
        if (part == Every) return Any;
        var name = Unescaped(part);
        var node = level.Nodes.IndexOf(name);
        return node >= 0 ? node : throw new InputException($"scenario '{path}': {level.Column} has no '{name}'.{Suggestion.For(name, level.Nodes)}");
    }

    static List<string> Split(string text)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == Separator)
            {
                parts.Add(part.ToString());
                part.Clear();
                continue;
            }

            part.Append(text[i]);
            if (text[i] == Escape && i + 1 < text.Length) part.Append(text[++i]);
        }

        parts.Add(part.ToString());
        return parts;
    }

    static string Unescaped(string part)
    {
        var name = new StringBuilder();
        for (var i = 0; i < part.Length; i++)
        {
            if (part[i] == Escape && i + 1 < part.Length) i++;
            name.Append(part[i]);
        }

        return name.ToString();
    }
}
