using System.Collections.Concurrent;
using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard;

/// <summary>
/// Scores rows given as column names and texts with a saved model: the same scores, bit for bit, as <see cref="Run.Predict"/> and
/// evaluation. Safe for use by several threads. For millions of rows, <see cref="Run.Predict"/> or <see cref="Predictor"/> allocate less.
/// </summary>
public sealed class Scorer : IDisposable
{
    const int Rows = 256;

    static readonly Dictionary<string, string?> NoValues = [];

    readonly Schema _schema;
    readonly WorkerPool _pool;
    readonly string[] _names;
    readonly Predictor _predictor;
    readonly Dictionary<string, int> _columns;
    readonly ConcurrentQueue<Desk> _idle = new();

    Scorer(Ranker ranker, Fusion? fusion, int threads)
    {
        Fusion = fusion;
        _schema = ranker.Schema;
        _pool = new WorkerPool(threads > 0 ? threads : Environment.ProcessorCount);
        _predictor = new Predictor(ranker, _pool);
        Columns = [.. _predictor.Embedding.Fields.Select(f => _schema.Fields[f].Column).Concat(_schema.Levels.Select(l => l.Column)).Distinct(StringComparer.Ordinal)];
        Tasks = [.. _schema.Tasks.Select(t => t.Name)];
        _names = fusion is null ? [.. Tasks] : [.. Tasks, Fused];
        _columns = Columns.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);

        // Columns whose fields the model leaves out: rows of models that read them may be given to one that does not.
        foreach (var field in _schema.Fields) _columns.TryAdd(field.Column, _columns.Count);
    }

    /// <summary>Name of the fused score beside those of the tasks.</summary>
    public const string Fused = Run.FusedColumn;

    /// <summary>The fusion of a bundle that has a fusion.yaml: scores then have one more, <see cref="Fused"/>, with the bits of that of <see cref="Run.Predict"/>. Null for one without.</summary>
    public Fusion? Fusion { get; }

    /// <summary>Columns that the model's fields and scenario read; of a history field, the one that lists its items.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Names of the tasks, in their order.</summary>
    public IReadOnlyList<string> Tasks { get; }

    /// <summary>Loads a model.</summary>
    /// <param name="bundle">Folder of the bundle.</param>
    /// <param name="threads">Threads that compute one call; 0 = all cores. Scores do not depend on it.</param>
    /// <exception cref="InputException">There is no bundle, it is damaged, or its fusion.yaml is not valid or was searched for another model.</exception>
    public static Scorer Load(string bundle, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        var loaded = ModelBundle.Load(bundle);
        return new Scorer(loaded.Ranker, Run.FusionOf(loaded), threads);
    }

    /// <summary>Probability of every task for one row.</summary>
    /// <param name="row">Value by column. A column that is not there is a missing value; a name that is no column of the data's fields or scenario is an error, and one of fields that the model leaves out says nothing.</param>
    /// <returns>Score by task: of a conditional task, the product along its chain; with a <see cref="Fusion"/> also <see cref="Fused"/>.</returns>
    /// <exception cref="InputException">An unknown column, a number that cannot be read, a scenario that training has not seen
    /// where the configuration's unknown_scenario is error, or a fused score that is no finite number.</exception>
    public IReadOnlyDictionary<string, float> Score(IReadOnlyDictionary<string, string?> row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Score([row])[0];
    }

    /// <summary>Probability of every task for every row, in the rows' order.</summary>
    /// <param name="rows">See <see cref="Score(IReadOnlyDictionary{string, string?})"/>.</param>
    /// <returns>Scores by task, and the fused one where there is one, an entry per row.</returns>
    /// <exception cref="InputException">See <see cref="Score(IReadOnlyDictionary{string, string?})"/>.</exception>
    public IReadOnlyList<IReadOnlyDictionary<string, float>> Score(IEnumerable<IReadOnlyDictionary<string, string?>> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Score(NoValues, rows);
    }

    /// <summary>
    /// Probability of every task for the candidates of a request, in their order: what describes the user and the request is given and
    /// encoded once, and where the configuration marks such fields (<c>side: user</c> or <c>context</c>), the model's first layers compute
    /// their part once. The scores are those of the same rows one by one, bit for bit.
    /// </summary>
    /// <param name="shared">Value by column of what all candidates have in common; may be empty.</param>
    /// <param name="items">The other values of every candidate. No candidates: no scores.</param>
    /// <returns>Scores by task, and the fused one where there is one, an entry per candidate.</returns>
    /// <exception cref="InputException">See <see cref="Score(IReadOnlyDictionary{string, string?})"/>; also a column that is given both as shared and by a candidate.</exception>
    public IReadOnlyList<IReadOnlyDictionary<string, float>> ScoreRequest(
        IReadOnlyDictionary<string, string?> shared, IEnumerable<IReadOnlyDictionary<string, string?>> items)
    {
        ArgumentNullException.ThrowIfNull(shared);
        ArgumentNullException.ThrowIfNull(items);
        return Score(shared, items);
    }

    public void Dispose() => _pool.Dispose();

    List<IReadOnlyDictionary<string, float>> Score(IReadOnlyDictionary<string, string?> shared, IEnumerable<IReadOnlyDictionary<string, string?>> rows)
    {
        if (!_idle.TryDequeue(out var desk)) desk = new Desk(_schema, Columns, _columns, _predictor.Embedding.Fields);
        desk.Share(shared);
        var result = new List<IReadOnlyDictionary<string, float>>();
        foreach (var chunk in rows.Chunk(Rows))
        {
            desk.Encode(chunk);
            _predictor.Score(desk.Batch, desk.Scores);
            Fusion?.Evaluate(desk.Batch, desk.Scores, desk.Scores.AsSpan(Tasks.Count * chunk.Length));
            for (var r = 0; r < chunk.Length; r++)
                result.Add(_names.Index().ToDictionary(t => t.Item, t => desk.Scores[(t.Index * chunk.Length) + r], StringComparer.Ordinal));
        }

        // Not after an exception: a desk that saw a wrong row is thrown away.
        _idle.Enqueue(desk);
        return result;
    }

    /// <summary>What one call needs for itself.</summary>
    sealed class Desk(Schema schema, IReadOnlyList<string> columns, Dictionary<string, int> places, IReadOnlyList<int> fields)
    {
        readonly ValueRow _row = new(columns, "rows");
        readonly RowEncoder _encoder = RowEncoder.Create(schema, columns, "rows", fields: fields);
        readonly string?[] _shared = new string?[columns.Count];
        readonly bool[] _isShared = new bool[places.Count];
        readonly bool[] _repeated = new bool[schema.Fields.Length];
        readonly string?[] _values = new string?[columns.Count];

        public Batch Batch { get; } = new(schema, Rows);

        // The fused ones stand behind those of the tasks.
        public float[] Scores { get; } = new float[(schema.Tasks.Length + 1) * Rows];

        /// <summary>Takes the values that the rows to come have in common.</summary>
        public void Share(IReadOnlyDictionary<string, string?> values)
        {
            Array.Clear(_shared);
            Array.Clear(_isShared);
            foreach (var (name, value) in values)
            {
                var place = PlaceOf(name);
                _isShared[place] = true;
                if (IsRead(place)) _shared[place] = value;
            }

            foreach (var field in fields) _repeated[field] = _isShared[places[schema.Fields[field].Column]];
        }

        public void Encode(IReadOnlyDictionary<string, string?>[] rows)
        {
            for (var r = 0; r < rows.Length; r++)
            {
                ArgumentNullException.ThrowIfNull(rows[r], nameof(rows));
                _shared.CopyTo(_values, 0);
                foreach (var (name, value) in rows[r])
                {
                    var place = PlaceOf(name);
                    if (_isShared[place]) throw new InputException($"Column '{name}' is given for the whole request and again by one of its items; give it once.");
                    if (IsRead(place)) _values[place] = value;
                }

                _encoder.Encode(_row.Set(_values), Batch, r, _repeated);
            }

            Batch.Count = rows.Length;
            _encoder.ThrowIfUnknownScenarios();
            Batch.FixPositions();
        }

        bool IsRead(int place) => place < columns.Count;

        int PlaceOf(string name) => places.TryGetValue(name, out var place)
            ? place
            : throw new InputException($"The model reads no column '{name}'.{Suggestion.For(name, columns)}");
    }
}
