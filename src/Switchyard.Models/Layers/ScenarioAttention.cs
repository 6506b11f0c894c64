using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>
/// Scenario-aware attentive network (SAN; HiNet, Zhou et al., ICDE 2023): how much of every other scenario's knowledge a scenario
/// takes, softmax over m ≠ i of (W e_i + b)_m. It sees the scenario alone, so it is a table.
/// </summary>
public sealed class ScenarioAttention
{
    readonly Parameter _embedding;
    readonly Parameter _weight;
    readonly Parameter _bias;
    Real[]? _others;

    /// <param name="scope">The model's scope.</param>
    /// <param name="scenarios">M scenarios.</param>
    /// <param name="width">Width of their embeddings.</param>
    public ScenarioAttention(Scope scope, Members scenarios, int width)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(scenarios);
        var (vectors, linear, axes) = (scope.Sub("scenario_embedding"), scope.Sub("san"), new MemberAxes(Cols: scenarios));
        _embedding = vectors.Vectors("weight", scenarios, width);
        _weight = linear.Parameter("weight", width, scenarios.Count, Init.Linear(width), axes: axes);
        _bias = linear.Parameter("bias", 1, scenarios.Count, Init.Linear(width), axes: axes);
    }

    /// <summary>[M, M]: row i weighs the others for scenario i; its own column is 0, and so is the whole row where there are no others.</summary>
    public Tensor Table(Graph g)
    {
        ArgumentNullException.ThrowIfNull(g);
        var scenarios = _embedding.Rows;
        return g.MaskedSoftmax(g.Linear(g.Use(_embedding), _weight, _bias), g.Input(_others ??= Others(scenarios), scenarios, scenarios));
    }

    /// <summary>0 on the diagonal, 1 elsewhere.</summary>
    static Real[] Others(int scenarios)
    {
        var others = new Real[checked(scenarios * scenarios)];
        for (var i = 0; i < others.Length; i++) others[i] = i % (scenarios + 1) == 0 ? 0 : 1;
        return others;
    }

    /// <summary>The table's row of every row's scenario, [B, M]; the mean of all where it is unknown.</summary>
    public Tensor Forward(Graph g, NodeIndex own, int rows) => g.Lookup(Table(g), own, rows);
}
