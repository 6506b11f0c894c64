namespace Switchyard.Engine;

public sealed partial class Graph
{
    Block<int> _requests;

    /// <summary>Request of every row, ascending; empty where nothing is known to be shared.</summary>
    internal Block<int> Requests => _requests;

    /// <summary>
    /// Says which rows of the pass belong to one request, until the next reset. Products of a tensor whose first columns are the same in
    /// all rows of a request (<see cref="ShareColumns"/>) then compute that part of their chains once per request. No value depends on it.
    /// </summary>
    /// <param name="requestOfRow">A number per row that never falls; the array must stay as it is until the pass is over.</param>
    /// <param name="rows">Rows of the pass.</param>
    /// <exception cref="InvalidOperationException">The graph is one for training, where every row has a gradient of its own.</exception>
    public void ShareRequests(int[] requestOfRow, int rows)
    {
        ArgumentNullException.ThrowIfNull(requestOfRow);
        if (Training) throw new InvalidOperationException("Requests are shared in scoring only.");
        _requests = new Block<int>(requestOfRow, 0, rows);
    }

    /// <summary>Says that the first columns of a tensor are the same in all rows of a request.</summary>
    public void ShareColumns(Tensor t, int columns)
    {
        if (_requests.Length > 0) _nodes[t.Id].SharedColumns = columns;
    }

    internal int SharedColumns(Tensor t) => _nodes[t.Id].SharedColumns;
}
