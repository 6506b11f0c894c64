using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Models;

namespace Switchyard.Serving;

/// <summary>
/// Follows an encoded row through a model. Every effect is exact: the row is computed again without an expert, or without a value, and the
/// logits compared. Not safe for use by several threads at a time.
/// </summary>
public sealed class RowExplainer
{
    readonly Ranker _ranker;
    readonly Schema _schema;
    readonly ImmutableArray<int> _fields;

    /// <param name="ranker">The model; nobody may train it meanwhile.</param>
    public RowExplainer(Ranker ranker)
    {
        ArgumentNullException.ThrowIfNull(ranker);
        (_ranker, _schema) = (ranker, ranker.Schema);
        _fields = [.. ranker.Embedding.Fields.Where(f => _schema.Fields[f].Role != FieldRole.Position)];
    }

    /// <summary>Explains a row.</summary>
    /// <param name="batch">Rows of the model's schema; positions are fixed, as scoring fixes them.</param>
    /// <param name="row">The row.</param>
    public RowPath Explain(Batch batch, int row)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var (own, gates) = Path(batch, row);
        GateMask[] masks = [.. gates.SelectMany((gate, g) => gate.Experts.Select(e => (g, e.Choice.Expert))).Select((at, i) => new GateMask(at.g, i, at.Expert))];
        var without = Effects(own, Copies(batch, row, masks.Length), masks);
        var next = 0;
        for (var g = 0; g < gates.Length; g++)
        {
            var effects = without.AsSpan(next, gates[g].Experts.Length).ToArray();
            next += effects.Length;
            // A note that only tells: no expert of it does anything.
            if (effects.All(e => e.All(difference => difference == 0))) continue;
            gates[g] = gates[g] with { Experts = [.. gates[g].Experts.Select((e, i) => e with { Logits = effects[i] })] };
        }

        return new RowPath(own, [.. gates], Inputs(own, batch, row));
    }

    (ImmutableArray<double> Logits, GatePath[] Gates) Path(Batch batch, int row)
    {
        var pass = NewPass([]);
        var logits = pass.Logits(Copies(batch, row, 1));
        var own = Row(pass.Graph, logits, 0);
        return (own, [.. pass.Graph.Gates.ToArray().Select(note => new GatePath(
            note.Layer,
            note.Own.Level < 0 && note.Own[0] >= 0 ? _schema.Tasks[note.Own[0]].Name : null,
            note.Own.Level,
            [.. Explainer.Experts(pass.Graph, note, 0).Select(e => new ExpertEffect(e, []))]))]);
    }

    ImmutableArray<InputEffect> Inputs(ImmutableArray<double> own, Batch batch, int row)
    {
        var levels = _schema.Levels.Length;
        var rows = Copies(batch, row, _fields.Length + levels, leaveOut: true);
        for (var level = 0; level < levels; level++) rows.Nodes(level)[_fields.Length + level] = -1;
        var effects = Effects(own, rows, []);
        return
        [
            .. _fields.Select((f, i) => new InputEffect(_schema.Fields[f].Name, false, effects[i])),
            .. _schema.Levels.Select((l, i) => new InputEffect(l.Column, true, effects[_fields.Length + i])),
        ];
    }

    /// <summary>The row's logits less those of every row of a batch.</summary>
    ImmutableArray<double>[] Effects(ImmutableArray<double> own, Batch rows, GateMask[] masks)
    {
        if (rows.Count == 0) return [];
        var pass = NewPass(masks);
        var logits = pass.Logits(rows).ToArray();
        return [.. Enumerable.Range(0, rows.Count).Select(r => Row(pass.Graph, logits, r).Zip(own, (other, mine) => mine - other).ToImmutableArray())];
    }

    // Row by row: what the rows of a request share has no place in a gate's notes.
    ForwardPass NewPass(GateMask[] masks) => new(_ranker, GraphMode.Score) { Graph = { NotesGates = true, Masks = masks }, ShareRequests = false };

    static ImmutableArray<double> Row(Graph g, ReadOnlySpan<Tensor> logits, int row)
    {
        var values = ImmutableArray.CreateBuilder<double>(logits.Length);
        foreach (var logit in logits) values.Add(g.Value(logit)[row]);
        return values.MoveToImmutable();
    }

    /// <summary>Copies of a row; where asked, the i-th without the i-th field.</summary>
    Batch Copies(Batch batch, int row, int count, bool leaveOut = false)
    {
        var copies = new Batch(_schema, Math.Max(1, count)) { Count = count };
        for (var i = 0; i < count; i++)
        {
            for (var field = 0; field < _schema.Fields.Length; field++)
            {
                if (leaveOut && i < _fields.Length && _fields[i] == field) MissingValue.Write(copies, field, i);
                else RowCopies.CopyField(batch, field, row, copies, i);
            }

            for (var level = 0; level < _schema.Levels.Length; level++) copies.Nodes(level)[i] = batch.Nodes(level)[row];
        }

        if (count > 0) copies.FixPositions();
        return copies;
    }
}
