using System.Runtime.CompilerServices;
using System.Text;
using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>
/// What a request's scenario is called in metrics: its node of the top level. Their number is bounded whatever clients send: the nodes that
/// training has seen, the first <see cref="Most"/> of them by name.
/// </summary>
public sealed class ScenarioLabels
{
    /// <summary>Nodes with a label of their own.</summary>
    public const int Most = 100;

    /// <summary>A scenario that training has not seen.</summary>
    public const string Unknown = "(unknown)";

    /// <summary>One of the nodes beyond <see cref="Most"/>.</summary>
    public const string Other = "(other)";

    /// <summary>Items of several scenarios.</summary>
    public const string Mixed = "(mixed)";

    /// <summary>A model without scenarios.</summary>
    public const string None = "(none)";

    static readonly ConditionalWeakTable<ServedModel, ScenarioLabels> Known = [];

    readonly Utf8Interner _nodes = new();
    readonly string[] _labels;
    readonly int _column;

    ScenarioLabels(ServedModel model)
    {
        var levels = model.Schema.Levels;
        _column = levels.IsEmpty ? -1 : model.Columns.Levels[0];
        string[] nodes = levels.IsEmpty ? [] : [.. levels[0].Nodes];
        foreach (var node in nodes) _nodes.Add(Encoding.UTF8.GetBytes(node));
        _labels = [.. nodes.Select((node, i) => i < Most ? node : Other)];
    }

    /// <summary>Label of a request's items; nothing is allocated.</summary>
    public static string Of(RankRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Known.GetValue(request.Model, static model => new ScenarioLabels(model)).Find(request);
    }

    string Find(RankRequest request)
    {
        if (_column < 0) return None;
        if (request.IsOwn(RankRequest.Shared, _column) || request.Items == 0) return Label(request.Value(RankRequest.Shared, _column));
        var first = request.Value(0, _column);
        for (var item = 1; item < request.Items; item++)
        {
            if (!request.Value(item, _column).SequenceEqual(first)) return Mixed;
        }

        return Label(first);
    }

    string Label(ReadOnlySpan<byte> node) => _nodes.Find(node) is >= 0 and var known ? _labels[known] : Unknown;
}
