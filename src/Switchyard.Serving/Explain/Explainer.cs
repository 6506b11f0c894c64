using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Models;

namespace Switchyard.Serving;

/// <summary>
/// Explains the scores of a request, beside them: it computes what it needs itself, so that the scores stay what they are. A contribution is
/// exact: the item is scored again without the value.
/// </summary>
public sealed class Explainer
{
    readonly RankRequest _request;
    readonly ServedModel _model;
    readonly RowEncoder _encoder;
    readonly OccludedRow _row;
    readonly ImmutableArray<(int Column, int Level)> _occlusions;
    readonly Batch _batch;
    readonly float[] _scores;
    readonly float[] _fused;

    Explainer(RankRequest request)
    {
        (_request, _model) = (request, request.Model);
        _encoder = _model.NewEncoder();
        _row = new OccludedRow(request, [.. _model.Columns.Names.Take(_model.Columns.Read)]);
        _occlusions = [.. OcclusionsOf(_model)];
        _batch = new Batch(_model.Schema, Math.Max(1, _occlusions.Length));
        _scores = new float[_model.Tasks.Length * _batch.Capacity];
        _fused = new float[_batch.Capacity];
    }

    /// <summary>Explains every item.</summary>
    /// <param name="request">Scored; its model is held by a lease.</param>
    /// <param name="cancellation">Ends the work with the item at hand.</param>
    /// <returns>An explanation for each item, in their order.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ImmutableArray<Explanation> Explain(RankRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Items == 0) return [];
        var explainer = new Explainer(request);
        var gates = explainer.Gates();
        var explanations = ImmutableArray.CreateBuilder<Explanation>(request.Items);
        for (var item = 0; item < request.Items; item++)
        {
            cancellation.ThrowIfCancellationRequested();
            explanations.Add(new Explanation(gates[item], explainer.Contributions(item)));
        }

        return explanations.MoveToImmutable();
    }

    /// <summary>What is occluded, one after another: columns that fields read (level −1), then the levels of the scenario.</summary>
    static IEnumerable<(int Column, int Level)> OcclusionsOf(ServedModel model)
    {
        var fields = model.Fields.Select(f => model.Schema.Fields[f]).Where(f => f.Role != FieldRole.Position);
        return fields.Select(f => (model.Columns.Names.IndexOf(f.Column), -1)).Distinct().Concat(model.Columns.Levels.Select((column, level) => (column, level)));
    }

    ImmutableArray<GateChoice>[] Gates()
    {
        var rows = RequestRows.Encode(_request, _encoder, 0, _request.Items);
        // Row by row: what the rows of a request share has no place in a gate's notes.
        var pass = new ForwardPass(_model.Ranker, GraphMode.Score) { Graph = { NotesGates = true }, ShareRequests = false };
        pass.Logits(rows);
        return [.. Enumerable.Range(0, rows.Count).Select(row => Choices(pass.Graph, row))];
    }

    ImmutableArray<GateChoice> Choices(Graph g, int row)
    {
        var choices = ImmutableArray.CreateBuilder<GateChoice>();
        foreach (ref readonly var gate in g.Gates)
        {
            var task = gate.Own.Level < 0 && gate.Own[row] >= 0 ? _model.Tasks[gate.Own[row]] : null;
            choices.Add(new GateChoice(gate.Layer, task, Experts(g, gate, row)));
        }

        return choices.ToImmutable();
    }

    internal static ImmutableArray<ExpertChoice> Experts(Graph g, in GateNote gate, int row)
    {
        var experts = ImmutableArray.CreateBuilder<ExpertChoice>();
        var weights = Row(g, gate.Weights, row);
        var specific = Row(g, gate.Specific, row);
        var shared = Row(g, gate.Shared, row);
        var fromOwn = Row(g, gate.FromOwn, row);
        var fromAll = Row(g, gate.FromAll, row);
        for (var expert = 0; expert < weights.Length; expert++)
        {
            var (isSpecific, isShared) = (!specific.IsEmpty && specific[expert] != 0, !shared.IsEmpty && shared[expert] != 0);
            if (!isSpecific && !isShared && weights[expert] == 0) continue;
            var role = (isSpecific, isShared) switch
            {
                (true, true) => ExpertRole.Both,
                (true, false) => ExpertRole.Specific,
                (false, true) => ExpertRole.Shared,
                _ => ExpertRole.Mixed,
            };
            experts.Add(new ExpertChoice(expert, role, weights[expert])
            {
                FromOwn = fromOwn.IsEmpty ? null : fromOwn[expert],
                FromAll = fromAll.IsEmpty ? null : fromAll[expert],
            });
        }

        return experts.ToImmutable();
    }

    static ReadOnlySpan<float> Row(Graph g, Tensor of, int row) => of.Length == 0 ? default : g.Value(of).Slice(row * of.Cols, of.Cols);

    ImmutableArray<Contribution> Contributions(int item)
    {
        var levels = _model.Columns.Levels.Length;
        Span<int> nodes = stackalloc int[levels];
        Nodes(item, nodes);
        for (var i = 0; i < _occlusions.Length; i++)
        {
            var (column, occluded) = _occlusions[i];
            _row.Turn(item, occluded < 0 ? column : OccludedRow.Nothing);
            _encoder.Encode(_row, _batch, i);
            // A column may be both; only one of the two is occluded at a time.
            for (var level = 0; level < levels; level++) _batch.Nodes(level)[i] = level == occluded ? -1 : nodes[level];
        }

        var rows = _occlusions.Length;
        _batch.Count = rows;
        _batch.FixPositions();
        _model.Predictor.Score(_batch, _scores);
        Fuse(nodes, rows);
        var contributions = ImmutableArray.CreateBuilder<Contribution>(rows);
        for (var i = 0; i < rows; i++) contributions.Add(Of(item, i, rows, _request.Fused[item] - (double)_fused[i]));
        return [.. contributions.OrderByDescending(c => double.IsNaN(c.Fused) ? -1 : Math.Abs(c.Fused))];
    }

    void Nodes(int item, Span<int> nodes)
    {
        _row.Turn(item, OccludedRow.Nothing);
        _encoder.Encode(_row, _batch, 0);
        for (var level = 0; level < nodes.Length; level++) nodes[level] = _batch.Nodes(level)[0];
    }

    // By the formula of the item's own scenario, also where a level is occluded: what changed is the score and not the rule.
    void Fuse(ReadOnlySpan<int> nodes, int rows)
    {
        var scenario = _model.Fusion.Scenario(nodes);
        if (TryFuse(scenario, _scores, rows, _fused)) return;
        // A formula need not have a value at scores that no item has: not a number is only where it has none.
        Span<float> row = stackalloc float[_model.Tasks.Length];
        for (var i = 0; i < rows; i++)
        {
            for (var task = 0; task < row.Length; task++) row[task] = _scores[(task * rows) + i];
            if (!TryFuse(scenario, row, 1, _fused.AsSpan(i, 1))) _fused[i] = float.NaN;
        }
    }

    bool TryFuse(int scenario, ReadOnlySpan<float> scores, int rows, Span<float> fused)
    {
        try
        {
            _model.Fusion.Evaluate(scenario, scores, rows, fused);
            return true;
        }
        catch (InputException)
        {
            return false;
        }
    }

    Contribution Of(int item, int occlusion, int rows, double fused)
    {
        var tasks = _model.Tasks.Length;
        var (scores, logits) = (ImmutableArray.CreateBuilder<double>(tasks), ImmutableArray.CreateBuilder<double>(tasks));
        for (var task = 0; task < tasks; task++)
        {
            var (score, without) = ((double)_request.Score(task, item), (double)_scores[(task * rows) + occlusion]);
            scores.Add(score - without);
            logits.Add(Logit(score) - Logit(without));
        }

        var (column, level) = _occlusions[occlusion];
        return new Contribution(_model.Columns.Names[column], level >= 0, scores.MoveToImmutable(), logits.MoveToImmutable(), fused);
    }

    static double Logit(double probability) => Math.Log(probability) - Math.Log(1 - probability);
}
