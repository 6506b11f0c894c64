using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard;

/// <summary>Runs the rows of a source through a model, batch by batch, and leaves the graph to be read.</summary>
sealed class ObservedPass
{
    /// <summary>Rows of a batch, at most.</summary>
    public const int BatchRows = 4096;

    readonly IBatchSource _rows;
    readonly ForwardPass _pass;

    public ObservedPass(Ranker ranker, IBatchSource rows, WorkerPool? pool)
    {
        if (rows.Schema.Fingerprint() != ranker.Schema.Fingerprint()) throw new ArgumentException("The rows were encoded for another schema than the model's.", nameof(rows));
        _rows = rows;
        _pass = new ForwardPass(ranker, GraphMode.Score, pool) { Graph = { NotesGates = true } };
        Batch = new Batch(rows.Schema, BatchRows);
        rows.Rewind(0);
    }

    public Graph Graph => _pass.Graph;

    public Batch Batch { get; }

    /// <summary>Rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Computes the next batch; false at the end of the rows.</summary>
    public bool Next(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_rows.Next(Batch, BatchRows)) return false;
        Batch.FixPositions();
        _pass.Logits(Batch);
        Rows += Batch.Count;
        return true;
    }
}
