using System.Buffers;
using System.Collections.Concurrent;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard.Inference;

/// <summary>
/// Scores batches with a trained ranker. Thread-safe: every call rents what it needs, and in steady state allocates nothing. The threads of
/// a call share out its rows, not the loops of every layer, and take few enough rows at a time that what a layer hands on stays in the cache.
/// </summary>
public sealed class Predictor
{
    /// <summary>Rows of a part at most.</summary>
    const int MostRows = 256;

    /// <summary>Rows that pay for waking a thread.</summary>
    const int LeastRows = 32;

    /// <summary>Rows of a part are a multiple of it, as are those of a tile of the matrix product.</summary>
    const int Unit = 8;

    readonly Ranker _ranker;
    readonly WorkerPool? _pool;
    readonly ConcurrentQueue<Desk> _desks = new();
    readonly ConcurrentQueue<Call> _calls = new();
    Schema _equal;

    /// <param name="ranker">Trained weights; nobody may train them meanwhile.</param>
    /// <param name="pool">Workers of one call; null scores on the calling thread. Scores do not depend on it.</param>
    public Predictor(Ranker ranker, WorkerPool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(ranker);
        (_ranker, _pool, _equal) = (ranker, pool, ranker.Schema);
    }

    public Schema Schema => _ranker.Schema;

    /// <summary>Threads of a call.</summary>
    public int Threads => _pool?.Threads ?? 1;

    /// <summary>The model's fields, tables and how it reads them.</summary>
    public FeatureEmbedding Embedding => _ranker.Embedding;

    /// <summary>
    /// Of rows that stand together and agree in all fields of user and context, compute what only these say once. Default: true. Scores do
    /// not depend on it.
    /// </summary>
    public bool ShareRequests { get; init; } = true;

    /// <summary>Probability of every task and row, [tasks × Count]: of a conditional task, the product along its chain.</summary>
    /// <exception cref="ArgumentException"><paramref name="scores"/> is too short.</exception>
    /// <param name="conditional">Empty, or receives every task's probability given its parent, [tasks × Count].</param>
    public void Score(Batch batch, Span<float> scores, Span<float> conditional = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var needed = batch.Count * Schema.Tasks.Length;
        if (scores.Length < needed) throw new ArgumentException($"{scores.Length} scores given, {needed} needed: tasks x rows.", nameof(scores));
        if (!conditional.IsEmpty && conditional.Length < needed) throw new ArgumentException($"{conditional.Length} conditional scores given, {needed} needed: tasks x rows.", nameof(conditional));
        CheckSchema(batch);
        if (batch.Count == 0) return;
        var parts = PartsOf(batch.Count, Threads);
        if (parts == 1) ScoreWhole(batch, scores, conditional);
        else ScoreParts(batch, parts, scores, conditional);
    }

    /// <summary>How many parts rows are shared out in.</summary>
    internal static int PartsOf(int rows, int threads) => Math.Max((rows + MostRows - 1) / MostRows, Math.Max(Math.Min(threads, rows / LeastRows), 1));

    /// <summary>First row of a part, at whole units; the last part ends with the rows. Parts differ by one unit at most.</summary>
    internal static int FirstRow(int part, int parts, int rows)
    {
        var units = (rows + Unit - 1) / Unit;
        return Math.Min(rows, (int)((long)units * part / parts) * Unit);
    }

    void ScoreWhole(Batch batch, Span<float> scores, Span<float> conditional)
    {
        var desk = RentDesk();
        try
        {
            desk.Pass.Scores(batch, scores, conditional);
        }
        finally
        {
            desk.Pass.Release();
            _desks.Enqueue(desk);
        }
    }

    void ScoreParts(Batch batch, int parts, Span<float> scores, Span<float> conditional)
    {
        if (!_calls.TryDequeue(out var call)) call = new Call(this);
        try
        {
            call.Begin(batch, parts, !conditional.IsEmpty);
            if (_pool is null)
            {
                for (var part = 0; part < call.Parts; part++) call.Run(part);
            }
            else
            {
                _pool.For(call.Parts, new PartBody(call));
            }

            call.Read(call.Scores, scores);
            if (!conditional.IsEmpty) call.Read(call.Conditional, conditional);
        }
        finally
        {
            call.End();
            _calls.Enqueue(call);
        }
    }

    Desk RentDesk() => _desks.TryDequeue(out var desk) ? desk : new Desk(new ForwardPass(_ranker, GraphMode.Score) { ShareRequests = ShareRequests });

    /// <summary>Compares fingerprints once per schema object, not once per call.</summary>
    void CheckSchema(Batch batch)
    {
        if (ReferenceEquals(batch.Schema, _equal)) return;
        if (batch.Schema.Fingerprint() != Schema.Fingerprint()) throw new ArgumentException("The batch was made for another schema than the model's.", nameof(batch));
        _equal = batch.Schema;
    }

    /// <summary>What one thread needs to score some rows.</summary>
    sealed class Desk(ForwardPass pass)
    {
        Batch? _rows;

        public ForwardPass Pass => pass;

        /// <summary>Room for the rows of a part.</summary>
        public Batch Rows(Schema schema) => _rows ??= new Batch(schema, MostRows);
    }

    readonly struct PartBody(Call call) : IParallelBody
    {
        public void Run(int part) => call.Run(part);
    }

    /// <summary>A batch that is scored in parts. Part p has its scores, [tasks × its rows], behind those of the parts before it.</summary>
    sealed class Call(Predictor predictor)
    {
        readonly int _tasks = predictor.Schema.Tasks.Length;
        Batch? _batch;
        bool _withConditional;

        // Rented for a call: a predictor must not keep what its largest call needed.
        public float[] Scores { get; private set; } = [];

        public float[] Conditional { get; private set; } = [];

        public int Parts { get; private set; }

        public void Begin(Batch batch, int parts, bool withConditional)
        {
            _batch = batch;
            _withConditional = withConditional;
            Parts = parts;
            Scores = ArrayPool<float>.Shared.Rent(batch.Count * _tasks);
            if (withConditional) Conditional = ArrayPool<float>.Shared.Rent(batch.Count * _tasks);
        }

        public void Run(int part)
        {
            var (first, count) = RowsOf(part);
            var desk = predictor.RentDesk();
            try
            {
                var rows = desk.Rows(predictor.Schema);
                RowCopies.CopyInputs(_batch!, first, count, predictor.Embedding.Fields, rows);
                desk.Pass.Scores(
                    rows, Scores.AsSpan(first * _tasks, count * _tasks), _withConditional ? Conditional.AsSpan(first * _tasks, count * _tasks) : default);
            }
            finally
            {
                predictor._desks.Enqueue(desk);
            }
        }

        /// <summary>Puts the parts' values in the order [tasks × Count].</summary>
        public void Read(float[] values, Span<float> into)
        {
            var all = _batch!.Count;
            for (var part = 0; part < Parts; part++)
            {
                var (first, count) = RowsOf(part);
                for (var t = 0; t < _tasks; t++) values.AsSpan((first * _tasks) + (t * count), count).CopyTo(into[((t * all) + first)..]);
            }
        }

        public void End()
        {
            _batch = null;
            ArrayPool<float>.Shared.Return(Scores);
            if (_withConditional) ArrayPool<float>.Shared.Return(Conditional);
            (Scores, Conditional) = ([], []);
        }

        (int First, int Count) RowsOf(int part)
        {
            var first = FirstRow(part, Parts, _batch!.Count);
            return (first, FirstRow(part + 1, Parts, _batch.Count) - first);
        }
    }
}
