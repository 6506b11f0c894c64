using Switchyard.Data;

namespace Switchyard;

/// <summary>The nodes of a row on all levels as one number, unknown nodes included: what rows are counted by.</summary>
sealed class ScenarioPaths(Schema schema)
{
    public IReadOnlyList<ScenarioLevel> Levels => schema.Levels;

    /// <summary>What leaves are grouped by: all columns.</summary>
    public string LeafColumns => string.Join('/', schema.Levels.Select(l => l.Column));

    public long Of(Batch batch, int row)
    {
        var path = 0L;
        for (var level = 0; level < schema.Levels.Length; level++) path = path * (schema.Levels[level].Nodes.Length + 1) + batch.Nodes(level)[row] + 1;
        return path;
    }

    /// <summary>Node of a path at a level; −1 where unknown.</summary>
    public int Node(long path, int level)
    {
        for (var l = schema.Levels.Length - 1; l > level; l--) path /= schema.Levels[l].Nodes.Length + 1;
        return (int)(path % (schema.Levels[level].Nodes.Length + 1)) - 1;
    }

    public string Name(int level, int node) => node < 0 ? GateUse.Unknown : schema.Levels[level].Nodes[node];

    public string Leaf(long path) => string.Join('/', Enumerable.Range(0, schema.Levels.Length).Select(level => Name(level, Node(path, level))));
}
