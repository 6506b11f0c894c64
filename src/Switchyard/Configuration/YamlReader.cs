using System.Collections.Immutable;
using Switchyard.Data;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Switchyard;

/// <summary>
/// Reads one YAML document into <see cref="ConfigurationNode"/>s that know their line and column. Anchors, aliases and merge keys
/// are resolved, environment variables expanded, and documents that are too deep or that aliases blow up are refused.
/// </summary>
internal sealed class YamlReader
{
    /// <summary>Deepest nesting accepted; a run needs about six levels.</summary>
    public const int MaximumDepth = 64;

    /// <summary>Most nodes accepted, counting an aliased node each time it is used.</summary>
    public const int MaximumNodes = 200_000;

    readonly string _source;
    readonly string _text;
    readonly bool _hasLines;
    readonly Func<string, string?> _environment;
    readonly Parser _parser;
    readonly Dictionary<AnchorName, ConfigurationNode> _anchors = [];

    YamlReader(string text, string source, bool hasLines, Func<string, string?> environment)
    {
        _source = source;
        _text = text;
        _hasLines = hasLines;
        _environment = environment;
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>Reads a document.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="source">Name used in messages: the file, or the override.</param>
    /// <param name="hasLines">False for overrides, whose line and column say nothing.</param>
    /// <param name="environment">Looks up an environment variable.</param>
    /// <exception cref="InputException">The text is not one acceptable YAML document; the message has the place.</exception>
    public static ConfigurationNode Read(string text, string source, bool hasLines, Func<string, string?> environment)
    {
        var reader = new YamlReader(text, source, hasLines, environment);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException e)
        {
            throw reader.Explain(e.Start, e.Message, e);
        }
        catch (InvalidOperationException e)
        {
            // The parser's own state check: what it throws for some unclosed lists and mappings.
            throw reader.Explain(reader._parser.Current?.Start ?? Mark.Empty, "a list or a mapping that starts near here is not closed", e);
        }
    }

    ConfigurationNode ReadDocument()
    {
        Next<StreamStart>();
        _parser.MoveNext();
        if (_parser.Current is StreamEnd)
            return new ScalarNode(At(Mark.Empty), "", plain: true);
        Expect<DocumentStart>();
        _parser.MoveNext();
        var root = ReadNode(1);
        Expect<DocumentEnd>();
        _parser.MoveNext();
        if (_parser.Current is DocumentStart second)
            throw At(second.Start).Error("a second document starts here; a configuration is one document, remove the '---'.");
        return root;
    }

    ConfigurationNode ReadNode(int depth)
    {
        var current = _parser.Current!;
        var place = At(current.Start);
        if (depth > MaximumDepth)
            throw place.Error($"nested more than {MaximumDepth} levels deep; a configuration never needs that.");
        if (current is AnchorAlias alias)
        {
            _parser.MoveNext();
            return _anchors.TryGetValue(alias.Value, out var target)
                ? target
                : throw place.Error($"alias '*{alias.Value}' has no anchor '&{alias.Value}' before it.");
        }

        var tag = ((NodeEvent)current).Tag;
        if (!tag.IsEmpty && !(tag.Value is "tag:yaml.org,2002:str" or "!"))
            throw place.Error($"tag '{tag.Value}' is not supported; write the value without a tag (quote text that starts with '!').");
        var anchor = ((NodeEvent)current).Anchor;
        ConfigurationNode node = current switch
        {
            Scalar scalar => ReadScalar(scalar, place),
            SequenceStart => ReadList(place, depth),
            MappingStart => ReadMap(place, depth),
            _ => throw place.Error("a value is expected here."),
        };
        if (node.Size > MaximumNodes)
            throw place.Error($"more than {MaximumNodes} values once aliases are resolved; write the configuration without so many aliases.");
        if (!anchor.IsEmpty)
            _anchors[anchor] = node;
        return node;
    }

    ScalarNode ReadScalar(Scalar scalar, Place place)
    {
        _parser.MoveNext();
        var plain = scalar.Style is ScalarStyle.Plain && scalar.Tag.IsEmpty;
        return new ScalarNode(place, EnvironmentText.Expand(scalar.Value, place, _environment), plain);
    }

    ListNode ReadList(Place place, int depth)
    {
        _parser.MoveNext();
        var items = ImmutableArray.CreateBuilder<ConfigurationNode>();
        while (_parser.Current is not SequenceEnd)
            items.Add(ReadNode(depth + 1));
        _parser.MoveNext();
        return new ListNode(place, items.ToImmutable());
    }

    MapNode ReadMap(Place place, int depth)
    {
        _parser.MoveNext();
        var entries = ImmutableArray.CreateBuilder<MapEntry>();
        var seen = new Dictionary<string, Place>(StringComparer.Ordinal);
        var merged = new List<MapNode>();
        while (_parser.Current is not MappingEnd)
        {
            var keyEvent = _parser.Current!;
            if (keyEvent is not Scalar key)
                throw At(keyEvent.Start).Error("a key must be a single word; found a list, a mapping or an alias.");
            var keyNode = new ScalarNode(At(key.Start), key.Value, key.Style is ScalarStyle.Plain);
            _parser.MoveNext();
            var value = ReadNode(depth + 1);
            if (keyNode is { Text: "<<", Plain: true })
            {
                AddMerged(merged, value);
                continue;
            }

            if (!seen.TryAdd(keyNode.Text, keyNode.Place))
                throw keyNode.Place.Error($"key '{keyNode.Text}' is given twice, first at {seen[keyNode.Text]}; remove one of them.");
            entries.Add(new MapEntry(keyNode, value));
        }

        _parser.MoveNext();
        foreach (var entry in merged.SelectMany(m => m.Entries))
            if (seen.TryAdd(entry.Key.Text, entry.Key.Place)) entries.Add(entry);
        return new MapNode(place, entries.ToImmutable());
    }

    static void AddMerged(List<MapNode> merged, ConfigurationNode value)
    {
        foreach (var item in value is ListNode list ? list.Items : [value])
            merged.Add(item as MapNode ?? throw item.Place.Error($"'<<' merges mappings; found {item.Describe()}."));
    }

    InputException Explain(Mark mark, string problem, Exception cause)
    {
        var lines = _text.Split('\n');
        var start = (int)Math.Clamp(mark.Line - 1, 0, lines.Length - 1);
        var tab = Array.FindIndex(lines, start, l => l[..(l.Length - l.TrimStart().Length)].Contains('\t', StringComparison.Ordinal));
        if (tab >= 0 && problem.Contains("tab", StringComparison.Ordinal))
            return At(new Mark(0, tab + 1, 1)).Error("a tab indents this line; YAML is indented with spaces.", cause);
        var hint = lines[start].Contains('[', StringComparison.Ordinal)
            ? " Inside [ ] put quotes around text that has brackets, braces or commas."
            : "";
        return At(mark).Error($"not valid YAML: {problem.ReplaceLineEndings(" ").TrimEnd('.')}.{hint}", cause);
    }

    Place At(in Mark mark) => _hasLines ? new Place(_source, (int)Math.Max(mark.Line, 1), (int)Math.Max(mark.Column, 1)) : new Place(_source, 0, 0);

    void Next<T>() where T : ParsingEvent
    {
        _parser.MoveNext();
        Expect<T>();
    }

    void Expect<T>() where T : ParsingEvent
    {
        if (_parser.Current is not T)
            throw At(_parser.Current?.Start ?? Mark.Empty).Error("not valid YAML: the document ends or starts here unexpectedly.");
    }
}
