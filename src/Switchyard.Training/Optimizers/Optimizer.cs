using Switchyard.Engine;
using Switchyard.Kernels;

namespace Switchyard.Training;

/// <summary>How tables are updated where it is not as dense weights are.</summary>
/// <param name="Rule">How a gradient moves a row; it keeps as many moments as the rule of dense weights.</param>
/// <param name="Rate">Their learning rate as a multiple of that of dense weights.</param>
public sealed record TableUpdate(UpdateRule Rule, double Rate);

/// <summary>
/// Applies an update rule to all weights: dense ones in one pass over the flat array, tables by touched row. Takes
/// <see cref="Gradients"/> as they are: where they come from (this process, or a sum over many) is not its concern.
/// </summary>
public sealed class Optimizer
{
    readonly ParameterSet _parameters;
    readonly UpdateRule _rule;
    readonly TableUpdate _tableUpdate;
    readonly WorkerPool _pool;
    readonly Real[] _m;
    readonly Real[] _v;
    readonly TableOptimizer[] _tables;
    readonly StepRates? _rates;
    readonly DenseParts _dense;

    /// <param name="parameters">The weights.</param>
    /// <param name="rule">How a gradient moves them.</param>
    /// <param name="embeddings">How rows without a gradient are treated.</param>
    /// <param name="pool">Workers.</param>
    /// <param name="frozen">Weights to leave as they are; null for none.</param>
    /// <param name="tables">How a gradient moves the rows of tables; null as dense weights.</param>
    public Optimizer(ParameterSet parameters, UpdateRule rule, EmbeddingUpdate embeddings, WorkerPool pool, FrozenWeights? frozen = null, TableUpdate? tables = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(rule);
        (_parameters, _rule, _pool, _tableUpdate) = (parameters, rule, pool, tables ?? new TableUpdate(rule, 1));
        _m = LargeArray.New<Real>(rule.Moments > 0 ? parameters.DenseLength : 0);
        _v = LargeArray.New<Real>(rule.Moments > 1 ? parameters.DenseLength : 0);
        _rates = embeddings == EmbeddingUpdate.Exact && !_tableUpdate.Rule.IdleIsNothing ? new StepRates() : null;
        _tables = [.. parameters.Tables.Select(t => new TableOptimizer(t, _tableUpdate.Rule, _rates, frozen?.Rows(t) ?? 0))];
        _dense = new DenseParts(parameters.DenseLength, frozen?.SortedDense() ?? []);
    }

    /// <summary>Steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>Brings the rows a batch is about to read up to date; nothing to do unless updates are exact.</summary>
    public void BeforeRead(EmbeddingInput[] inputs, int rows)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var input in inputs)
        {
            if (input.Private is not null) BeforeReadOwn(input, rows);
            if (input.Table is null) continue;
            var ids = input.Offsets is null ? input.Ids.AsSpan(0, rows) : input.Ids.AsSpan(0, input.Offsets[rows]);
            _tables[input.Table.Index].CatchUp(ids, Steps);
        }
    }

    void BeforeReadOwn(EmbeddingInput input, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            foreach (var table in input.TablesOf(row)) _tables[table.Index].CatchUp(input.IdsOf(row), Steps);
        }
    }

    /// <summary>Brings every row up to date, before weights are validated, saved or copied.</summary>
    public void BeforeReadAll() => _pool.For(_tables.Length, new CatchUpBody(_tables, Steps));

    /// <summary>One step.</summary>
    public void Step(Gradients gradients, double rate)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        Steps++;
        var tableStep = _tableUpdate.Rule.RateOf(rate * _tableUpdate.Rate, Steps);
        _rates?.Add(tableStep, Steps);
        _pool.For(_dense.Count + _tables.Length, new StepBody(this, gradients, _rule.RateOf(rate, Steps), tableStep));
        _parameters.Touch();
    }

    /// <summary>From here on, <see cref="Restore"/> returns to the weights as they are now.</summary>
    public void MarkBest(BestWeights best)
    {
        ArgumentNullException.ThrowIfNull(best);
        BeforeReadAll();
        best.Mark(_parameters);
        foreach (var table in _tables) table.History.Mark();
    }

    /// <summary>Returns to the weights of the last <see cref="MarkBest"/>.</summary>
    public void Restore(BestWeights best)
    {
        ArgumentNullException.ThrowIfNull(best);
        best.Restore(_parameters);
        foreach (var table in _tables) table.Restore(Steps);
        _parameters.Touch();
    }

    /// <summary>Sizes of what a checkpoint of this moment holds.</summary>
    /// <param name="hasBest">True once <see cref="MarkBest"/> was called.</param>
    internal OptimizerSizes Sizes(bool hasBest) => new(Steps, hasBest, [.. _tables.Select(t => t.History.Count)]);

    /// <summary>All weights, running statistics and moments, and the best weights: what a checkpoint holds, in a fixed order.</summary>
    internal CheckpointArray[] Arrays(BestWeights best, bool hasBest)
    {
        List<CheckpointArray> arrays = [CheckpointArray.Of<Real>("dense", [_parameters.DenseLength], () => _parameters.DenseValues)];
        if (_m.Length > 0) arrays.Add(CheckpointArray.Of("dense.m", _m));
        if (_v.Length > 0) arrays.Add(CheckpointArray.Of("dense.v", _v));
        arrays.AddRange(_parameters.Buffers.Select(b => CheckpointArray.Of($"buffer.{b.Name}", b.Values)));
        arrays.AddRange(_tables.SelectMany(t => t.Arrays()));
        if (_rates is not null) arrays.Add(CheckpointArray.Of("rates", [Steps, StepRates.Width], () => _rates.Values(Steps)));
        if (!hasBest) return [.. arrays];
        return [.. arrays, .. best.Arrays(_parameters), .. _tables.SelectMany(t => t.History.Arrays())];
    }

    /// <summary>Takes the state of a checkpoint: makes room, lets <paramref name="fill"/> write <see cref="Arrays"/>.</summary>
    internal void Load(OptimizerSizes sizes, BestWeights best, Action<CheckpointArray[]> fill)
    {
        Steps = sizes.Steps;
        _rates?.Reserve(Steps);
        for (var t = 0; t < _tables.Length; t++) _tables[t].History.Prepare(sizes.SavedRows[t]);
        fill(Arrays(best, sizes.HasBest));
        if (sizes.HasBest) foreach (var table in _tables) table.History.Loaded();
        _parameters.Touch();
    }

    readonly struct CatchUpBody(TableOptimizer[] tables, long step) : IParallelBody
    {
        public void Run(int part) => tables[part].CatchUpAll(step);
    }

    readonly struct StepBody(Optimizer optimizer, Gradients gradients, StepRate rate, StepRate tableRate) : IParallelBody
    {
        public void Run(int part)
        {
            // Tables first: the parts of dense weights are of one size and fill the gaps at the end.
            if (part < optimizer._tables.Length)
            {
                optimizer._tables[part].Step(gradients.Tables[part], tableRate, optimizer.Steps);
                return;
            }

            foreach (var (from, to) in optimizer._dense[part - optimizer._tables.Length])
            {
                optimizer._rule.Update(
                    optimizer._parameters.DenseValues[from..to], gradients.DenseValues[from..to], Moment(optimizer._m, from, to), Moment(optimizer._v, from, to), rate);
            }
        }

        static Span<Real> Moment(Real[] moments, int from, int to) => moments.Length == 0 ? default : moments.AsSpan(from..to);
    }
}
