using Switchyard.Kernels;

namespace Switchyard.Engine;

public sealed partial class Graph
{
    /// <summary>Rows a worker takes at a time: large enough that a loop's start costs nothing, small enough to share.</summary>
    const int RowsPerPart = 256;

    readonly List<Dispatch> _dispatches = [];
    readonly List<ChosenExperts> _chosen = [];
    int _rented;
    int _rentedChosen;

    /// <summary>Runs a body over row ranges in parallel; every row is computed by itself, so the ranges do not matter.</summary>
    internal void ForRows<TBody>(int rows, in TBody body)
        where TBody : struct, IRowBody
    {
        if (rows <= RowsPerPart || Pool.Threads == 1) body.Run(this, 0, rows);
        else Pool.For((rows + RowsPerPart - 1) / RowsPerPart, new RowParts<TBody>(this, rows, body));
    }

    /// <summary>Runs a body over ranges of every expert's pairs in parallel.</summary>
    internal void ForPairs<TBody>(Dispatch dispatch, in TBody body)
        where TBody : struct, IPairBody
    {
        var parts = 0;
        for (var e = 0; e < dispatch.Experts; e++) parts += (dispatch.Count(e) + RowsPerPart - 1) / RowsPerPart;
        if (parts > 0) Pool.For(parts, new PairParts<TBody>(this, dispatch, body));
    }

    /// <summary>The expert whose pairs a worker probably computes next in <see cref="ForPairs"/>, −1 for none: as many experts with pairs further as there are workers.</summary>
    internal int NextExpert(Dispatch dispatch, int expert)
    {
        var further = Pool.Threads;
        for (var e = expert + 1; e < dispatch.Experts; e++)
        {
            if (dispatch.Count(e) > 0 && --further == 0) return e;
        }

        return -1;
    }

    /// <summary>A dispatch to fill, reused from step to step.</summary>
    internal Dispatch Rent()
    {
        if (_rented == _dispatches.Count) _dispatches.Add(new Dispatch());
        return _dispatches[_rented++];
    }

    /// <summary>The same for choices of experts.</summary>
    internal ChosenExperts RentChosen()
    {
        if (_rentedChosen == _chosen.Count) _chosen.Add(new ChosenExperts());
        return _chosen[_rentedChosen++];
    }

    readonly struct RowParts<TBody>(Graph g, int rows, TBody body) : IParallelBody
        where TBody : struct, IRowBody
    {
        public void Run(int part) => body.Run(g, part * RowsPerPart, Math.Min(rows, (part + 1) * RowsPerPart));
    }

    readonly struct PairParts<TBody>(Graph g, Dispatch dispatch, TBody body) : IParallelBody
        where TBody : struct, IPairBody
    {
        public void Run(int part)
        {
            var expert = 0;
            for (var parts = Parts(expert); part >= parts; parts = Parts(++expert)) part -= parts;
            var from = dispatch.Start[expert] + part * RowsPerPart;
            body.Run(g, dispatch, expert, from, Math.Min(dispatch.Start[expert + 1], from + RowsPerPart));
        }

        int Parts(int expert) => (dispatch.Count(expert) + RowsPerPart - 1) / RowsPerPart;
    }
}

/// <summary>Work on rows [from, to) of an op; must not write to other rows' outputs.</summary>
interface IRowBody
{
    void Run(Graph g, int from, int to);
}

/// <summary>Work on pairs [from, to) of one expert; must not write to other pairs' outputs.</summary>
interface IPairBody
{
    void Run(Graph g, Dispatch dispatch, int expert, int from, int to);
}
