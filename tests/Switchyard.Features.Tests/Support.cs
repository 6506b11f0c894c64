using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Text;
using Switchyard.Data;

namespace Switchyard.Features.Tests;

/// <summary>A folder of its own for a test, gone afterwards.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("switchyard").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public TemporaryFolder Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text, new UTF8Encoding(false));
        return this;
    }

    /// <summary>Loads a file into features.db.</summary>
    public FeatureLoadSummary Load(string file, string entity = "item", string key = "item_id", bool replace = false, CancellationToken cancellation = default) =>
        FeatureLoad.Load(
            new FeatureLoadOptions { Source = new SourceSpec { Path = file }, Entity = entity, Key = key, Path = "features.db", Replace = replace }, Path, cancellation: cancellation);

    public Task<IFeatureStore> Open(params FeatureEntityOptions[] entities) => FeatureStore.OpenAsync(Options(entities), Path);

    public static FeatureStoreOptions Options(params FeatureEntityOptions[] entities) =>
        new() { Path = "features.db", Entities = entities.Length > 0 ? [.. entities] : [new FeatureEntityOptions { Name = "item" }], TimeoutMs = 5000 };

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

static class Lookups
{
    /// <summary>What a store has: "unknown", or column=value of what is not missing.</summary>
    public static async Task<string[]> Find(this IFeatureStore store, string entity, params string[] keys)
    {
        var rows = Rows(store, entity, keys);
        await store.LookupAsync(rows);
        return [.. keys.Select((_, i) => Text(rows, i))];
    }

    public static FeatureRows Rows(IFeatureStore store, string entity, params string[] keys)
    {
        var rows = new FeatureRows();
        rows.Clear(store.Entities.Single(e => e.Name == entity));
        foreach (var key in keys) rows.Add(key);
        return rows;
    }

    public static string Text(FeatureRows rows, int index)
    {
        if (rows[index] is null) return "unknown";
        var values = rows.Entity.Columns.Select((c, i) => (Column: c, Value: Encoding.UTF8.GetString(rows.Value(index, i))));
        return string.Join(' ', values.Where(v => v.Value.Length > 0).Select(v => $"{v.Column}={v.Value}"));
    }
}

/// <summary>A store in memory that a test can hold up, break and count. A key's only value is the number of the question.</summary>
sealed class ScriptedStore : IFeatureStore
{
    public ImmutableArray<FeatureEntity> Entities { get; } = [new FeatureEntity("item", 0, FieldSide.Item, "item_id", "item", "item_id", ["asked"])];

    /// <summary>Keys of every question, joined by commas.</summary>
    public List<string> Questions { get; } = [];

    public Exception? Failure { get; set; }

    /// <summary>Where set, a question waits for it.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public async ValueTask LookupAsync(FeatureRows rows, CancellationToken cancellation = default)
    {
        int number;
        lock (Questions)
        {
            Questions.Add(string.Join(',', Enumerable.Range(0, rows.Count).Select(i => Encoding.UTF8.GetString(rows.Key(i)))));
            number = Questions.Count;
        }

        if (Gate is { } gate) await gate.Task;
        if (Failure is { } failure) throw failure;
        for (var i = 0; i < rows.Count; i++) rows.Set(i, rows.Key(i).StartsWith("no"u8) ? FeatureRow.Unknown() : FeatureRow.Of([$"{number}"]));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A clock that stands still until it is moved.</summary>
sealed class ManualTime : TimeProvider
{
    long _ticks = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public void Advance(double seconds) => Interlocked.Add(ref _ticks, TimeSpan.FromSeconds(seconds).Ticks);
}

/// <summary>Sums what the meter counts while it is open. Other tests' stores have another entity's name.</summary>
sealed class Counts : IDisposable
{
    readonly MeterListener _listener = new();
    readonly Dictionary<string, long> _sums = [];

    public Counts(string entity)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Switchyard.Features") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (tags.Length != 1 || tags[0].Value as string != entity) return;
            lock (_sums) _sums[instrument.Name] = _sums.GetValueOrDefault(instrument.Name) + value;
        });
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
        {
            if (tags.Length != 1 || tags[0].Value as string != entity) return;
            lock (_sums) _sums[instrument.Name] = _sums.GetValueOrDefault(instrument.Name) + 1;
        });
        _listener.Start();
    }

    public long this[string name]
    {
        get
        {
            lock (_sums) return _sums.GetValueOrDefault("switchyard.features." + name);
        }
    }

    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();
}
