using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>
/// Counts a sample of the rows that one version scores, in a sliding window, to be compared with those it was trained on. A counted row is
/// scored once more with its gates noted, by the thread that answered it and after the answer. Safe for use by several threads.
/// </summary>
public sealed class DriftWatch
{
    /// <summary>Parts that the window moves on by.</summary>
    const int Parts = 10;

    readonly ServedModel _model;
    readonly int _sample;
    readonly long _partRows;
    readonly ConcurrentQueue<Desk> _desks = new();
    readonly DriftTally[] _window;
    readonly Lock _lock = new();
    int _part;
    long _seen;

    /// <param name="model">The version.</param>
    /// <param name="options">Sample and window.</param>
    /// <exception cref="ValidationException">An option is out of range.</exception>
    public DriftWatch(ServedModel model, DriftOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (_model, _sample, _partRows) = (model, options.Sample, options.WindowRows / Parts);
        _window = [.. Enumerable.Range(0, Parts).Select(_ => NewTally())];
        model.Released += _desks.Clear;
    }

    /// <summary>Rows seen, of which one in <see cref="DriftOptions.Sample"/> was counted.</summary>
    public long Seen => Volatile.Read(ref _seen);

    /// <summary>What waits for the next request that is counted.</summary>
    internal int Idle => _desks.Count;

    /// <summary>Counts some of a request's rows, or none: after its last lease, a version that was replaced has nothing to count with.</summary>
    /// <param name="request">Scored by the version.</param>
    public void Observe(RankRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_sample == 0 || request.Items == 0) return;
        var end = Interlocked.Add(ref _seen, request.Items);
        var begin = end - request.Items;
        // One row of every block, anywhere in it: lists of equal length must not show the same place for ever.
        var block = begin / _sample;
        if (RowOf(block) < begin) block++;
        if (RowOf(block) >= end || !_model.TryHold()) return;
        try
        {
            if (!_desks.TryDequeue(out var desk)) desk = new Desk(_model);
            for (; RowOf(block) is var row && row < end; block++)
            {
                desk.Add(request, (int)(row - begin));
                if (desk.IsFull) Count(desk);
            }

            Count(desk);
            // Before the hold ends: the last one to let go clears them.
            _desks.Enqueue(desk);
        }
        finally
        {
            _model.Release();
        }
    }

    /// <summary>What the window holds now.</summary>
    public DriftTally Read()
    {
        var sum = NewTally();
        lock (_lock)
        {
            foreach (var part in _window) sum.Add(part);
        }

        return sum;
    }

    /// <summary>SplitMix64's last step: equal on every machine, and without a pattern.</summary>
    internal static ulong Mix(ulong number)
    {
        number += 0x9E3779B97F4A7C15;
        number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
        number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
        return number ^ (number >> 31);
    }

    long RowOf(long block) => (block * _sample) + (long)(Mix((ulong)block) % (ulong)_sample);

    DriftTally NewTally() => new(_model.Schema, _model.Fields);

    void Count(Desk desk)
    {
        if (desk.Batch.Count == 0) return;
        var scores = desk.Pass.Score(desk.Batch);
        lock (_lock)
        {
            if (_window[_part].Rows >= _partRows)
            {
                _part = (_part + 1) % Parts;
                _window[_part].Clear();
            }

            _window[_part].Add(desk.Batch, scores, desk.Pass.Graph);
        }

        desk.Empty();
    }

    /// <summary>What a thread needs to count.</summary>
    sealed class Desk(ServedModel model)
    {
        const int MostRows = 32;

        readonly RowEncoder _encoder = model.NewEncoder();
        readonly RequestRow _row = new([.. model.Columns.Names.Take(model.Columns.Read)]);

        public DriftPass Pass { get; } = new(model.Ranker);

        public Batch Batch { get; } = new(model.Schema, MostRows);

        public bool IsFull => Batch.Count == MostRows;

        public void Add(RankRequest request, int item)
        {
            _row.Turn(request, item);
            _encoder.Encode(_row, Batch, Batch.Count);
            _row.Turn(null, 0);
            Batch.Count++;
        }

        public void Empty()
        {
            Pass.Release();
            Batch.Count = 0;
        }
    }
}
