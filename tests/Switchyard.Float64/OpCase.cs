using Switchyard.Engine;

namespace Switchyard.Float64;

/// <summary>What an op's check gets: a graph and parameters by name, made on first use and varied by the check.</summary>
sealed class OpCase
{
    readonly Scope _scope;
    readonly Dictionary<string, Parameter> _made = new(StringComparer.Ordinal);
    readonly Dictionary<string, EmbeddingTable> _tables = new(StringComparer.Ordinal);
    ExpertNorm? _norm;

    public OpCase(ParameterSet parameters) => (_scope, Buffers) = (new Scope(parameters), parameters.Buffers);

    /// <summary>Running statistics of what was made.</summary>
    public IReadOnlyList<StateBuffer> Buffers { get; }

    public Parameter Weight(string name, int rows, int cols, int count = 1)
    {
        if (!_made.TryGetValue(name, out var parameter)) _made[name] = parameter = _scope.Parameter(name, rows, cols, Init.Normal(1), count);
        return parameter;
    }

    public EmbeddingTable Table(string name, int rows, int width)
    {
        if (!_tables.TryGetValue(name, out var table)) _tables[name] = table = _scope.Table(name, rows, width, Init.Normal(1));
        return table;
    }

    public ExpertNorm Norm(int experts, int width, bool shared = false) => _norm ??= new ExpertNorm(_scope.Sub("norm"), experts, width, shared: shared);

    /// <summary>An input whose gradient is checked: a parameter behind an op, as an op sees its inputs inside a model.</summary>
    public Tensor Input(Graph g, string name, int rows, int cols) => g.Affine(g.Use(Weight(name, rows, cols)), 1, 0);
}

static class TestOps
{
    /// <summary>x → [1,1]: Σ r·x with fixed random r, so that every output element has its own gradient.</summary>
    public static Tensor Weighted(this Graph g, Tensor x, string name = "r")
    {
        var random = new SeededRandom(3, name);
        var r = g.New(x.Rows, x.Cols, needsGrad: false);
        foreach (ref var v in g.Value(r)) v = random.NextNormal();
        var y = g.New(1, 1);
        var values = g.Value(x);
        var weights = g.Value(r);
        double sum = 0;
        for (var i = 0; i < values.Length; i++) sum += values[i] * weights[i];
        g.Value(y)[0] = sum;
        g.Record(
            static (g, in s) =>
            {
                var dx = g.Grad(s.A);
                var r = g.Value(s.B);
                var dy = g.Grad(s.Out)[0];
                for (var i = 0; i < dx.Length; i++) dx[i] += dy * r[i];
            },
            y, x, r);
        return y;
    }
}
