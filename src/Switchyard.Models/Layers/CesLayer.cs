using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>How shared experts come to the chosen ones.</summary>
public enum ExpertCombination
{
    /// <summary>Their mean is added to the chosen experts' mixture.</summary>
    Add,

    /// <summary>One softmax over the chosen and the shared experts, as in PLE.</summary>
    Joint,
}

/// <summary>Which gate the mutual information is taken of.</summary>
public enum InformationGate
{
    /// <summary>The softmax over all experts.</summary>
    Dense,

    /// <summary>The softmax over the chosen experts: it overstates the information and pulls at chosen experts only.</summary>
    Sparse,
}

/// <summary>
/// Conditional expert selection (CES) with the mutual-information term (AEA) of CESAA (Dong et al. 2024): every row mixes the k
/// experts of its largest gate logits and the shared experts; nothing else is computed. Every task has a gate of its own over the
/// same experts.
/// </summary>
public sealed class CesLayer
{
    readonly string _name;
    readonly string _dense;
    readonly string _information;
    readonly CesaaOptions _options;
    readonly int _scenarios;
    readonly TaskGate[] _gates;
    readonly ExpertBank _experts;
    readonly int _site;

    /// <param name="scope">Place of the layer's parameters.</param>
    /// <param name="scenarios">The scenarios whose information the gates are to carry.</param>
    /// <param name="tasks">The tasks: each has a gate.</param>
    /// <param name="inputs">Width of a stream.</param>
    /// <param name="options">Options with <see cref="CesaaOptions.Experts"/> written out.</param>
    public CesLayer(Scope scope, Members scenarios, Members tasks, int inputs, CesaaOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(scenarios);
        ArgumentNullException.ThrowIfNull(options);
        var experts = options.Experts ?? throw new ArgumentException($"{scope.Path}: the number of experts is not known.");
        (_name, _dense, _information) = (scope.Path, scope.Path + ".dense", scope.Path + ".mutual_information");
        (_options, _scenarios) = (options, scenarios.Count);
        _gates = scope.Repeat("task", tasks, (s, _) => new TaskGate(s, scenarios, inputs, experts, options));

        // Routed experts first, shared ones last: all are reached by one dispatch.
        _experts = new ExpertBank(scope.Sub("expert"), experts + options.SharedExperts, inputs, options.Expert);
        _site = scope.Site("noise");
    }

    public int Outputs => _experts.Outputs;

    /// <summary>One stream [B,I] per task → one [B, outputs] per task, in place.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="streams">Inputs, replaced by the outputs.</param>
    /// <param name="common">True where all streams are the same: an expert that several tasks choose is then computed once.</param>
    /// <param name="indicator">Embedding of every row's scenario.</param>
    /// <param name="own">Scenario of every row.</param>
    /// <param name="noise">Empty, or the ε of all gates instead of drawn ones.</param>
    public void Forward(Graph g, Span<Tensor> streams, bool common, Tensor indicator, NodeIndex own, Tensor noise = default)
    {
        ArgumentNullException.ThrowIfNull(g);
        Span<Tensor> weights = stackalloc Tensor[streams.Length];
        for (var t = 0; t < streams.Length; t++) weights[t] = Weights(g, streams[t], indicator, own, t, noise);
        if (common)
        {
            _experts.Mix(g, streams[0], weights, streams);
            return;
        }

        for (var t = 0; t < streams.Length; t++) streams[t] = _experts.Mix(g, streams[t], weights[t], draw: t);
    }

    /// <summary>Mixing weights of a task's gate, [B, routed + shared experts].</summary>
    Tensor Weights(Graph g, Tensor x, Tensor indicator, NodeIndex own, int task, Tensor noise)
    {
        var gate = _gates[task];
        var logits = gate.Logits(g, x, indicator, noise, (Real)_options.NoiseFloor, _site + task);
        var shared = _options.SharedExperts;
        var joins = shared > 0 && _options.Combine == ExpertCombination.Joint;
        InformationGate? informing = g.Training && _options.InformationWeight != 0 ? _options.InformationOn : null;
        var dense = g.NotesGates || informing == InformationGate.Dense ? g.Softmax(logits) : default;
        g.NoteGate(new GateNote(_dense, NodeIndex.Constant(task), dense));
        var chosen = g.LargestPerRow(logits, _options.Active);
        var sparse = !joins || informing == InformationGate.Sparse ? g.MaskedSoftmax(logits, chosen) : default;
        if (informing is not null)
        {
            var information = g.MutualInformation(informing == InformationGate.Dense ? dense : sparse, own, _scenarios, _options.Prior, gate.Shares);
            g.AddTerm(_information, information, (Real)(-_options.InformationWeight / _gates.Length));
        }

        if (joins)
        {
            var always = g.Constant(x.Rows, shared, 1);
            var mask = g.Concat(chosen, always);
            var joint = g.MaskedSoftmax(g.Concat(logits, gate.SharedLogits(g, x, indicator)), mask);
            if (g.NotesGates)
            {
                var (specific, common) = (g.Concat(chosen, g.Constant(x.Rows, shared, 0)), g.Concat(g.Constant(x.Rows, chosen.Cols, 0), always));
                g.NoteGate(new GateNote(_name, NodeIndex.Constant(task), joint, specific, common));
            }

            return joint;
        }

        if (g.NotesGates) g.NoteGate(new GateNote(_name, NodeIndex.Constant(task), sparse, chosen, g.Constant(x.Rows, chosen.Cols, 0)));
        return shared == 0 ? sparse : g.Concat(sparse, g.Constant(x.Rows, shared, (Real)1 / shared));
    }

    /// <summary>The gate of one task.</summary>
    sealed class TaskGate
    {
        readonly Projection _routed;
        readonly Projection? _spread;
        readonly Projection? _shared;

        public TaskGate(Scope scope, Members scenarios, int inputs, int experts, CesaaOptions options)
        {
            var width = options.IndicatorWidth;

            // Small and random: gates that are all alike are a saddle of the mutual information.
            var init = Init.Linear(inputs + width);
            _routed = new Projection(scope.Sub("gate"), inputs, width, experts, options.GateInput, init);
            _spread = options.Noise ? new Projection(scope.Sub("noise_gate"), inputs, width, experts, options.GateInput, Init.Constant(0)) : null;
            _shared = options is { SharedExperts: > 0, Combine: ExpertCombination.Joint }
                ? new Projection(scope.Sub("shared_gate"), inputs, width, options.SharedExperts, options.GateInput, init)
                : null;
            Shares = options.MovingAverage > 0 ? new ExpertShares(scope, scenarios, experts, options.MovingAverage) : null;
        }

        public ExpertShares? Shares { get; }

        /// <summary>Logits of the routed experts; in training with noise.</summary>
        public Tensor Logits(Graph g, Tensor x, Tensor indicator, Tensor noise, Real floor, int site)
        {
            var clean = _routed.Forward(g, x, indicator);
            if (_spread is null || !g.Training) return clean;
            var spread = _spread.Forward(g, x, indicator);
            return noise.Length > 0 ? g.LearnedNoise(clean, spread, floor, noise) : g.LearnedNoise(clean, spread, floor, site);
        }

        public Tensor SharedLogits(Graph g, Tensor x, Tensor indicator) => _shared!.Forward(g, x, indicator);
    }

    /// <summary>W u without bias, u being what the gate reads.</summary>
    sealed class Projection
    {
        readonly Parameter? _input;
        readonly Parameter? _indicator;

        public Projection(Scope scope, int inputs, int indicators, int outputs, GateInput reads, Init init)
        {
            _input = reads == GateInput.Scenario ? null : scope.Parameter("input", inputs, outputs, init);
            _indicator = reads == GateInput.X ? null : scope.Parameter("indicator", indicators, outputs, init);
        }

        public Tensor Forward(Graph g, Tensor x, Tensor indicator)
        {
            if (_input is null) return g.Linear(indicator, _indicator!);
            return _indicator is null ? g.Linear(x, _input) : g.LinearOfTwo(x, _input, indicator, _indicator);
        }
    }
}
