using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Where a value was written: a file with line and column (both from 1), or a command-line override (line 0).</summary>
internal readonly record struct Place(string Source, int Line, int Column)
{
    public override string ToString() => Line > 0 ? $"{Source}:{Line}:{Column}" : Source;

    /// <summary>An error of one line that starts with this place.</summary>
    public InputException Error(string message, Exception? inner = null)
    {
        // What is quoted may have line ends.
        var line = $"{this}: {message}".ReplaceLineEndings(" ");
        return inner is null ? new InputException(line) : new InputException(line, inner);
    }
}

/// <summary>A node of the configuration as read. Immutable, because aliases let one node stand in several places.</summary>
internal abstract class ConfigurationNode(Place place)
{
    public Place Place { get; } = place;

    /// <summary>Number of nodes below and including this one, aliases counted every time they are used.</summary>
    public abstract long Size { get; }

    /// <summary>What the node is, for messages.</summary>
    public abstract string Describe();
}

/// <summary>A single value. <paramref name="plain"/>: written without quotes, so that null, true and numbers keep their meaning.</summary>
internal sealed class ScalarNode(Place place, string text, bool plain) : ConfigurationNode(place)
{
    public string Text { get; } = text;

    public bool Plain { get; } = plain;

    public bool IsNull => Plain && (Text is "" or "null" or "~");

    public override long Size => 1;

    public override string Describe() => IsNull ? "no value" : $"'{(Text.Length > 60 ? $"{Text[..60]}…" : Text)}'";
}

/// <summary>A list.</summary>
internal sealed class ListNode(Place place, ImmutableArray<ConfigurationNode> items) : ConfigurationNode(place)
{
    public ImmutableArray<ConfigurationNode> Items { get; } = items;

    public override long Size { get; } = 1 + items.Sum(i => i.Size);

    public override string Describe() => "a list";

    public ListNode With(int index, ConfigurationNode value) => new(Place, Items.SetItem(index, value));
}

/// <summary>A key with its value.</summary>
internal readonly record struct MapEntry(ScalarNode Key, ConfigurationNode Value)
{
    /// <summary>Whether a key that is not there means this very value: the default of an option that its record got later.</summary>
    public bool MayMiss { get; init; }
}

/// <summary>A mapping with unique keys in the order in which they were written.</summary>
internal sealed class MapNode(Place place, ImmutableArray<MapEntry> entries) : ConfigurationNode(place)
{
    public ImmutableArray<MapEntry> Entries { get; } = entries;

    public override long Size { get; } = 1 + entries.Sum(e => 1 + e.Value.Size);

    public override string Describe() => "a mapping";

    /// <summary>Value of a key, or null.</summary>
    public ConfigurationNode? this[string key] => Find(key) is >= 0 and var i ? Entries[i].Value : null;

    /// <summary>True where the key is written and its value is not null.</summary>
    public bool Has(string key) => this[key] is { } value && value is not ScalarNode { IsNull: true };

    public MapNode With(ScalarNode key, ConfigurationNode value)
    {
        var i = Find(key.Text);
        var entry = new MapEntry(key, value);
        return new MapNode(Place, i < 0 ? Entries.Add(entry) : Entries.SetItem(i, entry));
    }

    public MapNode Without(string key) => Find(key) is >= 0 and var i ? new MapNode(Place, Entries.RemoveAt(i)) : this;

    /// <summary>Place of a key, or of the mapping where the key is not written.</summary>
    public Place PlaceOf(string key) => Find(key) is >= 0 and var i ? Entries[i].Key.Place : Place;

    int Find(string key)
    {
        for (var i = 0; i < Entries.Length; i++)
            if (Entries[i].Key.Text == key) return i;
        return -1;
    }
}
