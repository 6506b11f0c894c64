using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard;

/// <summary>Runs rows that were encoded for another model's schema, of which the model's own grew or the other way round, and leaves the graph to be read.</summary>
sealed class TranslatedPass(Ranker ranker, Schema from, WorkerPool? pool)
{
    readonly ForwardPass _pass = new(ranker, GraphMode.Score, pool) { Graph = { NotesGates = true } };
    readonly BatchTranslation _translation = new(from, ranker.Schema);
    readonly Batch _batch = new(ranker.Schema, ObservedPass.BatchRows);

    public Graph Graph => _pass.Graph;

    public void Run(Batch rows)
    {
        _batch.Count = 0;
        _translation.Append(rows, rows.Count, _batch);
        _batch.FixPositions();
        _pass.Logits(_batch);
    }
}
