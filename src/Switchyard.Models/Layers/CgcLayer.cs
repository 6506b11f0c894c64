using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Experts of a <see cref="CgcLayer"/>.</summary>
/// <param name="Own">Experts of every head.</param>
/// <param name="Shared">Experts that all heads share.</param>
/// <param name="Expert">Shape of every expert.</param>
sealed record CgcShape(int Own, int Shared, ExpertOptions Expert);

/// <summary>
/// Customised gate control (Tang et al., RecSys 2020, §4): head a mixes its own experts, which read its own stream x_a, with the
/// shared experts, which read the shared stream, by softmax(x_a W_a) over [own.., shared..], without bias. Heads are tasks,
/// scenarios, or (scenario, task) pairs; where they follow scenarios, a row computes the experts of its own and trains the heads of its own.
/// </summary>
sealed class CgcLayer
{
    readonly CgcShape _shape;
    readonly Members? _scenarios;
    readonly Head[] _heads;
    readonly ExpertBank _experts;
    readonly Parameter? _gate;
    readonly string _sharedName;

    /// <param name="scope">Place of the layer's parameters.</param>
    /// <param name="tasks">Tasks that have heads of their own; null: one head for all tasks.</param>
    /// <param name="scenarios">Scenarios that have heads of their own; null: one for all rows.</param>
    /// <param name="inputs">Width of every stream.</param>
    /// <param name="shape">Numbers and shape of the experts.</param>
    /// <param name="below">
    /// True for a layer with another one above it: it also mixes the experts of all heads and the shared ones for the next shared
    /// stream, softmax(x_shared W) over [own experts of every head.., shared..]. So every row computes the heads of all scenarios.
    /// </param>
    public CgcLayer(Scope scope, Members? tasks, Members? scenarios, int inputs, CgcShape shape, bool below = false)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        (_shape, _sharedName, _scenarios) = (shape, scope.Path + ".shared", below ? null : scenarios);
        _heads = below && scenarios is not null ? [.. scope.Repeat("scenario", scenarios, (s, _) => HeadsOf(s)).SelectMany(h => h)] : HeadsOf(scope);
        var shared = scope.Sub("shared");
        _experts = new ExpertBank(shared.Sub("expert"), shape.Shared, inputs, shape.Expert);
        _gate = below ? shared.Sub("gate").Parameter("weight", inputs, shape.Shared, Init.Linear(inputs)) : null;

        Head[] HeadsOf(Scope s) => tasks is null ? [Make(s.Sub("own"), -1)] : s.Repeat("task", tasks, Make);
        Head Make(Scope s, int task) => new(s, inputs, shape, _scenarios, below, below && scenarios is not null ? -1 : task);
    }

    /// <summary>Width of what a head returns.</summary>
    public int Outputs => _experts.Outputs;

    /// <summary>Streams the layer reads and returns: one per task, times the scenarios in a layer below another one (first all tasks of the first).</summary>
    public int Streams => _heads.Length;

    /// <summary>All heads on one input: a layer that is the first and the last.</summary>
    public void Forward(Graph g, Tensor x, NodeIndex own, Span<Tensor> mixed)
    {
        mixed.Fill(x);
        Forward(g, mixed, x, own, mixed);
    }

    /// <summary>Own streams [B,I] and the shared one → a mixture [B,O] per stream.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="streams">Input of every head.</param>
    /// <param name="shared">Input of the shared experts.</param>
    /// <param name="own">Scenario of every row; not read where heads do not follow scenarios. An unknown one has the mean of all
    /// scenarios' gate logits and of their experts.</param>
    /// <param name="mixed">Receives the mixtures; may be <paramref name="streams"/>.</param>
    /// <returns>The next shared stream; <paramref name="shared"/> itself where no layer follows.</returns>
    public Tensor Forward(Graph g, ReadOnlySpan<Tensor> streams, Tensor shared, NodeIndex own, Span<Tensor> mixed)
    {
        ArgumentNullException.ThrowIfNull(g);
        var heads = _heads.Length;
        Span<Tensor> weights = stackalloc Tensor[heads + 1];
        var next = _gate is null ? default : SharedWeights(g, shared, _gate);
        Tensor total = default;
        for (var a = 0; a < heads; a++)
        {
            var head = _heads[a];
            var gate = head.Gate.Forward(g, streams[a], own);
            g.NoteGate(new GateNote(head.Name, head.Task < 0 && _scenarios is not null ? own : NodeIndex.Constant(head.Task), gate));
            weights[a] = g.Columns(gate, _shape.Own, _shape.Shared);
            var chosen = g.Columns(gate, 0, _shape.Own);
            if (_scenarios is not null) chosen = g.PlaceGate(chosen, _scenarios.Count, own);
            if (_gate is null)
            {
                mixed[a] = head.Experts.Mix(g, streams[a], chosen);
                continue;
            }

            Span<Tensor> both = [chosen, g.Columns(next, a * _shape.Own, _shape.Own)];
            head.Experts.Mix(g, streams[a], both, both);
            mixed[a] = both[0];
            total = a == 0 ? both[1] : g.Add(total, both[1]);
        }

        if (_gate is not null) weights[heads] = g.Columns(next, heads * _shape.Own, _shape.Shared);
        var gates = weights[..(_gate is null ? heads : heads + 1)];
        _experts.Mix(g, shared, gates, gates);
        for (var a = 0; a < heads; a++) mixed[a] = g.Add(mixed[a], weights[a]);
        return _gate is null ? shared : g.Add(total, weights[heads]);
    }

    /// <summary>softmax over [own experts of every head.., shared..].</summary>
    Tensor SharedWeights(Graph g, Tensor shared, Parameter gate)
    {
        var logits = g.Linear(shared, _heads[0].SharedGate!);
        foreach (var head in _heads.AsSpan(1)) logits = g.Concat(logits, g.Linear(shared, head.SharedGate!));
        var weights = g.Softmax(g.Concat(logits, g.Linear(shared, gate)));
        g.NoteGate(new GateNote(_sharedName, NodeIndex.Constant(-1), weights));
        return weights;
    }

    /// <summary>A task's experts and gate; one of each per scenario where heads follow scenarios.</summary>
    sealed class Head
    {
        public Head(Scope scope, int inputs, CgcShape shape, Members? scenarios, bool below, int task)
        {
            (Name, Task) = (scope.Path, task);
            Experts = new ExpertBank(scope.Sub("expert"), (scenarios?.Count ?? 1) * shape.Own, inputs, shape.Expert, scenarios);
            Gate = new Gate(scope.Sub("gate"), inputs, shape.Own + shape.Shared, scenarios);
            SharedGate = below ? scope.Sub("shared_gate").Parameter("weight", inputs, shape.Own, Init.Linear(inputs)) : null;
        }

        public string Name { get; }

        /// <summary>−1 where the gate is no task's, or not that of a row's own scenario.</summary>
        public int Task { get; }

        public ExpertBank Experts { get; }

        public Gate Gate { get; }

        /// <summary>Columns of this head's experts in the shared stream's gate; null in a last layer.</summary>
        public Parameter? SharedGate { get; }
    }
}
