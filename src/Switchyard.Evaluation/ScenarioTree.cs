namespace Switchyard.Evaluation;

/// <summary>
/// The nodes of the scenario tree, numbered by depth: node 0 is the total (depth 0), then the prefixes of every depth in mixed radix,
/// coarse level first.
/// </summary>
sealed class ScenarioTree
{
    /// <summary>Every node costs memory in each task's counters, whether rows reach it or not.</summary>
    const int MaxNodes = 1 << 24;

    readonly int[] _offsets;
    readonly int[] _strides;
    readonly int[] _ancestors;

    public ScenarioTree(EvaluationLayout layout)
    {
        Depth = layout.Levels.Count;
        _offsets = new int[Depth + 2];
        var nodes = 1L;
        var width = 1L;
        _offsets[1] = 1;
        for (var depth = 1; depth <= Depth; depth++)
        {
            width *= layout.Levels[depth - 1].Nodes.Count;
            nodes += width;
            if (nodes > MaxNodes) throw new ArgumentException($"The scenario tree has more than {MaxNodes} nodes; use fewer or coarser levels.");
            _offsets[depth + 1] = (int)nodes;
        }

        Leaves = (int)width;
        _strides = new int[Depth + 1];
        for (var depth = 0; depth <= Depth; depth++) _strides[depth] = Leaves / Width(depth);
        _ancestors = new int[Leaves * (Depth + 1)];
        for (var leaf = 0; leaf < Leaves; leaf++)
        {
            for (var depth = 0; depth <= Depth; depth++) _ancestors[leaf * (Depth + 1) + depth] = Node(depth, leaf / _strides[depth]);
        }
    }

    public int Depth { get; }

    public int Leaves { get; }

    public int Nodes => _offsets[^1];

    /// <summary>Nodes of one depth.</summary>
    public int Width(int depth) => _offsets[depth + 1] - _offsets[depth];

    public int Node(int depth, int index) => _offsets[depth] + index;

    /// <summary>Leaves below a node of a depth: first and count.</summary>
    public (int First, int Count) LeavesBelow(int depth, int index) => (index * _strides[depth], _strides[depth]);

    /// <summary>Nodes a row belongs to, total first; a row of unknown leaf belongs to the total only.</summary>
    public ReadOnlySpan<int> Path(int leaf) => leaf < 0 ? _ancestors.AsSpan(0, 1) : _ancestors.AsSpan(leaf * (Depth + 1), Depth + 1);

    /// <summary>Nodes in reading order: a parent before its children, the total last.</summary>
    public IEnumerable<(int Depth, int Index)> InReadingOrder()
    {
        for (var leaf = 0; leaf < Leaves; leaf++)
        {
            for (var depth = 1; depth <= Depth; depth++)
            {
                if (leaf % _strides[depth] == 0) yield return (depth, leaf / _strides[depth]);
            }
        }

        yield return (0, 0);
    }
}
