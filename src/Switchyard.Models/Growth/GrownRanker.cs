using System.Globalization;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>
/// A model that took over the weights of an older one with fewer ids, nodes or tasks. What both have is the same, bit for bit; a new
/// node has the mean of the old nodes of its level; new ids and tasks follow the <see cref="GrowthPlan"/>. Which value of a weight
/// belongs to which member is what the architecture declared (<see cref="WeightPlace"/>).
/// </summary>
public sealed class GrownRanker
{
    readonly ParameterSet _old;
    readonly GrowthOrigins _origins;
    readonly Dictionary<string, Parameter> _dense;
    readonly Dictionary<string, EmbeddingTable> _tables;
    readonly Dictionary<string, StateBuffer> _buffers;

    /// <param name="old">The older model; it is read only.</param>
    /// <param name="schema">The grown schema.</param>
    /// <param name="options">The architecture's options; they must give the shapes of the older model (<see cref="RequireShapes"/>).</param>
    /// <param name="seed">Seed of what starts random, and of the training to come.</param>
    /// <param name="plan">What new ids and tasks start from.</param>
    /// <exception cref="ArgumentException">The plan starts a new task from what is no task of the older model.</exception>
    public GrownRanker(Ranker old, Schema schema, ModelOptions options, ulong seed, GrowthPlan plan)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(plan);
        RequireShapes(old, options);
        Ranker = new Ranker(schema, options.Complete(ModelShape.Of(schema), old.Options), seed);
        _old = old.Parameters;
        _origins = new GrowthOrigins(old.Schema, Ranker.Schema, plan);
        _dense = _old.Dense.ToDictionary(p => Key(p.Place, [.. p.Place.Owners.Select(o => o.Index)]), StringComparer.Ordinal);
        _tables = _old.Tables.ToDictionary(t => Key(t.Place, [.. t.Place.Owners.Select(o => o.Index)]), StringComparer.Ordinal);
        _buffers = _old.Buffers.ToDictionary(b => Key(b.Place, [.. b.Place.Owners.Select(o => o.Index)]), StringComparer.Ordinal);
        Transfer(plan.NewIds);
    }

    /// <summary>The grown model.</summary>
    public Ranker Ranker { get; }

    /// <summary>Refuses options under which the weights would have other names or shapes. Options that change neither may differ.</summary>
    /// <exception cref="InputException">The architecture or such an option is another; the message names it.</exception>
    public static void RequireShapes(Ranker old, ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(options);
        var (trained, configured) = (ModelZoo.NameOf(old.Options), ModelZoo.NameOf(options));
        if (trained != configured)
            throw new InputException($"The bundle holds a model {trained}, the configuration names {configured}. Use 'model: {{name: {trained}, …}}', or train anew without the bundle.");
        var complete = options.Complete(ModelShape.Of(old.Schema), old.Options);
        var differences = OptionDifferences(old.Options, complete);
        if (differences.Count == 0) return;
        var declared = Ranker.Declare(old.Schema, complete);
        if (WeightTensor.SameShapes(old.Parameters, declared.Parameters) && declared.Embedding.ReadsLike(old.Embedding)) return;
        throw new InputException(
            $"The model's options are not those of the bundle, whose weights would not fit: {string.Join("; ", differences)}. " +
            "Use the bundle's, or train anew without it.");
    }

    /// <summary>Options that differ, as <c>experts was 4, is 6</c>.</summary>
    public static IReadOnlyList<string> OptionDifferences(ModelOptions old, ModelOptions options)
    {
        var (was, now) = (OptionsJson.Flatten(old), OptionsJson.Flatten(options));
        return [.. now.Where(o => was.GetValueOrDefault(o.Key) != o.Value).Select(o => $"model.{o.Key} was {was.GetValueOrDefault(o.Key, "not there")}, is {o.Value}")];
    }

    /// <summary>Stretches of a weight that the older model had: everything but what belongs to a new node or task.</summary>
    public IEnumerable<(int From, int Length)> Kept(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return IsOld(_dense, parameter.Place) ? Stretches(new Cells(parameter.Place, parameter.Count, parameter.RowsEach, parameter.Cols, _origins)) : [];
    }

    /// <summary>The same of running statistics.</summary>
    public IEnumerable<(int From, int Length)> Kept(StateBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return IsOld(_buffers, buffer.Place) ? Stretches(new Cells(buffer.Place, 1, buffer.Length, 1, _origins)) : [];
    }

    /// <summary>Rows of a table that the older model had: the first ones.</summary>
    public int KeptRows(EmbeddingTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return IsOld(_tables, table.Place) ? Counterparts(_tables, table.Place)[0].Rows : 0;
    }

    /// <summary>Name that a weight had in the older model; null where it belongs as a whole to a new node or task.</summary>
    public string? OldName(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return IsOld(_dense, parameter.Place) ? Counterparts(_dense, parameter.Place)[0].Name : null;
    }

    /// <summary>The same of a table.</summary>
    public string? OldName(EmbeddingTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return IsOld(_tables, table.Place) ? Counterparts(_tables, table.Place)[0].Name : null;
    }

    /// <summary>The same of running statistics.</summary>
    public string? OldName(StateBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return IsOld(_buffers, buffer.Place) ? Counterparts(_buffers, buffer.Place)[0].Name : null;
    }

    /// <summary>Whether the older model had the weight: of an occasional one it may have had none.</summary>
    bool IsOld<T>(Dictionary<string, T> old, WeightPlace place) => place.Owners.All(o => _origins.Of(o).Kept) && Counterparts(old, place).Count > 0;

    void Transfer(NewIds newIds)
    {
        var grown = Ranker.Parameters;
        foreach (var parameter in grown.Dense)
        {
            var cells = new Cells(parameter.Place, parameter.Count, parameter.RowsEach, parameter.Cols, _origins);
            var old = Counterparts(_dense, parameter.Place);
            cells.Fill(grown.Values(parameter), parameter.Name, [.. old.Select(p => new Cells.Source(_old.Values(p).ToArray(), p.RowsEach, p.Cols))]);
        }

        foreach (var buffer in grown.Buffers)
        {
            var cells = new Cells(buffer.Place, 1, buffer.Length, 1, _origins);
            cells.Fill(buffer.Values, buffer.Name, [.. Counterparts(_buffers, buffer.Place).Select(b => new Cells.Source(b.Values, b.Length, 1))]);
        }

        foreach (var table in grown.Tables) TableGrowth.Fill(table, Counterparts(_tables, table.Place), newIds);
        grown.Touch();
    }

    /// <summary>The old weights whose mean a new one is; empty where it stays random.</summary>
    List<T> Counterparts<T>(Dictionary<string, T> old, WeightPlace place)
    {
        List<int[]> paths = [[]];
        foreach (var owner in place.Owners) paths = [.. paths.SelectMany(p => _origins.Of(owner).Sources.Select(s => (int[])[.. p, s]))];
        var keys = paths.ConvertAll(p => Key(place, p));
        if (!place.Occasional && keys.Find(k => !old.ContainsKey(k)) is { } missing)
            throw new InvalidOperationException($"{missing}: the older model has no such weight, and its declaration does not say that it may lack it.");
        return [.. keys.Where(old.ContainsKey).Select(k => old[k])];
    }

    static string Key(WeightPlace place, IEnumerable<int> owners) =>
        string.Join('/', owners.Select(o => o.ToString(CultureInfo.InvariantCulture)).Prepend(place.Pattern));

    static IEnumerable<(int From, int Length)> Stretches(Cells cells)
    {
        var from = -1;
        for (var i = 0; i <= cells.Length; i++)
        {
            var kept = i < cells.Length && cells.IsKept(i);
            if (kept && from < 0) from = i;
            if (kept || from < 0) continue;
            yield return (from, i - from);
            from = -1;
        }
    }
}
