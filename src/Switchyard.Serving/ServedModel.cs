using System.Collections.Concurrent;
using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Models;

namespace Switchyard.Serving;

/// <summary>What to do with a scenario that training has not seen.</summary>
public enum UnknownScenarioRule
{
    /// <summary>What the model's configuration says (<c>unknown_scenario</c>).</summary>
    Model,

    /// <summary>Score it with the mean embedding of its siblings (node −1), as <c>unknown_scenario: parent</c> does.</summary>
    Average,

    /// <summary>Refuse the request: <see cref="RequestError.UnknownScenario"/>.</summary>
    Refuse,
}

/// <summary>
/// One version of a model, loaded and ready to score. Safe for use by several threads. Whoever uses one that may be replaced holds a
/// <see cref="ModelLease"/>; with the last of them it lets go of its weights.
/// </summary>
public sealed class ServedModel
{
    readonly ConcurrentQueue<RankDesk> _desks = new();
    readonly long[] _unknownIds;
    readonly long[] _ids;
    Predictor? _predictor;
    RowEncoder? _encoder;
    Ranker? _ranker;
    long _rows;
    int _holders = 1;

    /// <param name="name">Name it is asked for by.</param>
    /// <param name="version">Its version.</param>
    /// <param name="bundle">The bundle.</param>
    /// <param name="unknownScenario">What to do with a scenario that training has not seen.</param>
    /// <exception cref="InputException">The bundle's fusion.yaml is not valid.</exception>
    public ServedModel(string name, string version, LoadedBundle bundle, UnknownScenarioRule unknownScenario = UnknownScenarioRule.Model)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        (Name, Version, Folder, Digest, Metadata) = (name, version, bundle.Folder, bundle.WeightsSha256, bundle.Metadata);
        Schema = bundle.Ranker.Schema;
        Fields = bundle.Ranker.Embedding.Fields;
        Tasks = [.. Schema.Tasks.Select(t => t.Name)];
        Columns = new RequestColumns(Schema, Fields);
        Fusion = Fusion.Load(bundle);
        (Baseline, BaselineTrouble) = LoadBaseline(bundle);
        RefusesUnknownScenarios = unknownScenario == UnknownScenarioRule.Refuse
            || (unknownScenario == UnknownScenarioRule.Model && Schema.UnknownScenario == UnknownScenario.Error);
        (_unknownIds, _ids) = (new long[Schema.Fields.Length], new long[Schema.Fields.Length]);
        _ranker = bundle.Ranker;
        _predictor = new Predictor(bundle.Ranker);
        _encoder = RowEncoder.Create(Schema, [.. Columns.Names.Take(Columns.Read)], "request", fields: Fields);
    }

    public string Name { get; }

    public string Version { get; }

    /// <summary>Absolute folder of the bundle.</summary>
    public string Folder { get; }

    /// <summary>SHA-256 (hex) of the weights.</summary>
    public string Digest { get; }

    /// <summary>Provenance and metrics.</summary>
    public BundleMetadata Metadata { get; }

    public Schema Schema { get; }

    /// <summary>Indices of the schema's fields that the model reads.</summary>
    public ImmutableArray<int> Fields { get; }

    /// <summary>Names of the tasks, in their order.</summary>
    public ImmutableArray<string> Tasks { get; }

    /// <summary>How an item's scores become the one that orders: the bundle's fusion.yaml, or the last task's score.</summary>
    public Fusion Fusion { get; }

    /// <summary>How its scores, fields and experts were distributed in training; null where the bundle does not say, or not so that it can be read.</summary>
    public DriftBaseline? Baseline { get; }

    /// <summary>Why the bundle's baseline.json cannot be used; null where it can, or there is none. No score needs it, so the version serves without.</summary>
    public string? BaselineTrouble { get; }

    /// <summary>Columns that a request may give.</summary>
    public RequestColumns Columns { get; }

    /// <summary>Whether a scenario that training has not seen is an error; otherwise it is scored with the mean embedding of its siblings.</summary>
    public bool RefusesUnknownScenarios { get; }

    /// <summary>Rows scored since it was loaded.</summary>
    public long Rows => Volatile.Read(ref _rows);

    /// <summary>
    /// By field of the schema: values scored since it was loaded that training has not seen (id 0), those within lists one by one. Of a
    /// hashed or numeric field always 0.
    /// </summary>
    public long UnknownIds(int field) => Volatile.Read(ref _unknownIds[field]);

    /// <summary>By field of the schema: values scored since it was loaded of which training may not have seen some, those within lists one by one. Of a hashed or numeric field always 0.</summary>
    public long Ids(int field) => Volatile.Read(ref _ids[field]);

    /// <summary>The model's weights.</summary>
    /// <exception cref="ObjectDisposedException">The version was replaced and its last lease given back.</exception>
    public Predictor Predictor => _predictor ?? throw Gone();

    /// <summary>Whether the version was replaced and its last lease given back.</summary>
    public bool IsReleased => Volatile.Read(ref _holders) == 0;

    /// <summary>The weights themselves, for those who look into a pass.</summary>
    internal Ranker Ranker => _ranker ?? throw Gone();

    /// <summary>The weights are let go of; what was made from them should be, too.</summary>
    internal event Action? Released;

    internal bool TryHold()
    {
        for (var holders = Volatile.Read(ref _holders); holders > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders) return true;
            holders = seen;
        }

        return false;
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _holders) > 0) return;
        // What is large; who still knows the object may go on reading its name and schema.
        _ranker = null;
        _predictor = null;
        _encoder = null;
        _desks.Clear();
        Released?.Invoke();
    }

    internal RankDesk RentDesk() => _desks.TryDequeue(out var desk) ? desk : new RankDesk(this, NewEncoder());

    internal RowEncoder NewEncoder() => (_encoder ?? throw Gone()).Copy();

    internal void ReturnDesk(RankDesk desk)
    {
        if (!desk.IsLarge()) _desks.Enqueue(desk);
        if (IsReleased) _desks.Clear();
    }

    /// <summary>Counts from 0: the warm-up is nobody's request.</summary>
    internal void ResetCounts()
    {
        _rows = 0;
        Array.Clear(_unknownIds);
        Array.Clear(_ids);
    }

    internal void Count(int rows) => Interlocked.Add(ref _rows, rows);

    internal void CountIds(int field, int ids, int unknown)
    {
        if (ids > 0) Interlocked.Add(ref _ids[field], ids);
        if (unknown > 0) Interlocked.Add(ref _unknownIds[field], unknown);
    }

    static (DriftBaseline? Baseline, string? Trouble) LoadBaseline(LoadedBundle bundle)
    {
        try
        {
            return (DriftBaseline.Load(bundle), null);
        }
        catch (InputException e)
        {
            return (null, e.Message);
        }
    }

    ObjectDisposedException Gone() => new($"{Name} {Version}");
}
