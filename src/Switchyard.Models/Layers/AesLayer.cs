using Switchyard.Engine;

namespace Switchyard.Models;

public enum NoiseScope
{
    /// <summary>Selection, auxiliary losses and mixing see the noisy logits.</summary>
    All,

    /// <summary>Mixing uses the clean logits.</summary>
    Selection,
}

/// <summary>What an <see cref="AesLayer"/> is made of; see the options of the same names in <see cref="Aesm2Options"/>.</summary>
public sealed record AesOptions
{
    public int Experts { get; init; } = 6;

    public int Specific { get; init; } = 1;

    public int Shared { get; init; } = 1;

    public bool Disjoint { get; init; }

    public ExpertOptions Expert { get; init; } = new();

    public NoiseSchedule Noise { get; init; } = new();

    public NoiseScope NoiseScope { get; init; } = NoiseScope.All;

    public bool Select { get; init; } = true;

    public GateInput GateInput { get; init; } = GateInput.Both;

    /// <summary>Why the numbers do not fit together; null where they do.</summary>
    internal string? Problem
    {
        get
        {
            if (!Select) return null;
            if (Specific < 1 || Shared < 1) return $"a row chooses at least one expert of either kind, not specific = {Specific}, shared = {Shared}.";
            var needed = Disjoint ? Specific + Shared : Math.Max(Specific, Shared);
            if (needed <= Experts) return null;
            var what = Disjoint ? $"specific + shared = {needed} with disjoint" : $"specific = {Specific}, shared = {Shared}";
            return $"a row cannot choose {what} of {Experts} experts; raise experts or lower specific and shared.";
        }
    }
}

/// <summary>
/// Automatic expert selection (AESM², Zou et al., SIGIR 2022, §3): every row picks the experts whose softmax over the gates is
/// closest in KL divergence to the one-hot of its own gate (specific) and to the uniform distribution (shared).
/// </summary>
public sealed class AesLayer
{
    readonly string _name;
    readonly string _specific;
    readonly string _shared;
    readonly AesOptions _options;
    readonly int _gates;
    readonly int _candidates;
    readonly Parameter? _gateInput;
    readonly Parameter? _gateIndicator;
    readonly ExpertBank _experts;
    readonly int _site;

    /// <param name="scope">Place of the layer's parameters.</param>
    /// <param name="members">Nodes of the level, or tasks: each has a gate (m in all).</param>
    /// <param name="inputs">d: width of the layer input.</param>
    /// <param name="indicators">q: width of the indicator.</param>
    /// <param name="options">Experts, selection and noise.</param>
    /// <param name="identity">One more candidate, the last: the layer's input unchanged, so that a row can choose to pass the layer by.</param>
    public AesLayer(Scope scope, Members members, int inputs, int indicators, AesOptions options, bool identity = false)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(options);
        (_name, _specific, _shared) = (scope.Path, scope.Path + ".specific", scope.Path + ".shared");
        (_options, _gates) = (options, members.Count);
        _candidates = options.Experts + (identity ? 1 : 0);

        // One matrix [d + q, m × n] in two parts, so that [h ; u] is never copied together.
        var (fromInput, fromIndicator) = (options.GateInput != GateInput.Scenario, options.GateInput != GateInput.X);
        var init = Init.Linear((fromInput ? inputs : 0) + (fromIndicator ? indicators : 0));
        var (gate, axes) = (scope.Sub("gate"), new MemberAxes(Cols: members));
        if (fromInput) _gateInput = gate.Parameter("input", inputs, _gates * _candidates, init, axes: axes);
        if (fromIndicator) _gateIndicator = gate.Parameter("indicator", indicators, _gates * _candidates, init, axes: axes);
        _experts = new ExpertBank(scope.Sub("expert"), options.Experts, inputs, options.Expert);
        _site = scope.Site("noise");
    }

    public int Outputs => _experts.Outputs;

    /// <summary>input [B,d], indicator [B,q], own gate of every row → h' [B, outputs].</summary>
    /// <param name="g">The graph.</param>
    /// <param name="h">Output of the layer before [B, outputs]: what the identity passes on, where there is one.</param>
    /// <param name="input">Layer input: h, or h beside other columns.</param>
    /// <param name="indicator">Embeddings of the row's nodes (and task).</param>
    /// <param name="own">The row's node at this level, or the task.</param>
    /// <param name="lambda">Weight of the auxiliary terms; at 0 they are still measured.</param>
    /// <param name="draw">Distinguishes several passes through the layer in one step, so that each draws its own noise.</param>
    public Tensor Forward(Graph g, Tensor h, Tensor input, Tensor indicator, NodeIndex own, Real lambda, int draw = 0)
    {
        var weights = Weights(g, input, indicator, own, lambda, draw);
        Tensor mixed = default;
        Mix(g, h, input, new ReadOnlySpan<Tensor>(in weights), new Span<Tensor>(ref mixed), draw);
        return mixed;
    }

    /// <summary>Mixing weights [B, candidates]: what <see cref="Forward"/> mixes with, for callers that mix several passes at once.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="input">Layer input [B,d]: h, or h beside other columns.</param>
    /// <param name="indicator">Embeddings of the row's nodes (and task).</param>
    /// <param name="own">The row's node at this level, or the task.</param>
    /// <param name="lambda">Weight of the auxiliary terms; at 0 they are still measured.</param>
    /// <param name="draw">As in <see cref="Forward"/>.</param>
    public Tensor Weights(Graph g, Tensor input, Tensor indicator, NodeIndex own, Real lambda, int draw = 0)
    {
        ArgumentNullException.ThrowIfNull(g);
        var clean = Logits(g, input, indicator);
        var selected = Select(g, clean, Noisy(g, clean, own, draw), own, lambda);
        g.NoteGate(new GateNote(_name, own, selected.Weights, selected.Specific, selected.Shared, selected.FromOwn, selected.FromAll));
        return selected.Weights;
    }

    /// <summary>Mixes the experts, which read the layer input, and h itself where there is an identity, for several gates over the same rows.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="h">Output of the layer before [B, outputs]: what the identity passes on.</param>
    /// <param name="input">Layer input [B,d]: h, or h beside other columns.</param>
    /// <param name="weights">Weights [B, candidates] of every gate.</param>
    /// <param name="mixed">Receives h' [B, outputs] for every gate.</param>
    /// <param name="draw">As in <see cref="Forward"/>.</param>
    public void Mix(Graph g, Tensor h, Tensor input, ReadOnlySpan<Tensor> weights, Span<Tensor> mixed, int draw = 0)
    {
        ArgumentNullException.ThrowIfNull(g);
        if (_candidates == _options.Experts)
        {
            _experts.Mix(g, input, weights, mixed, draw);
            return;
        }

        Span<Tensor> gates = stackalloc Tensor[weights.Length];
        for (var i = 0; i < weights.Length; i++) gates[i] = g.Columns(weights[i], 0, _options.Experts);
        _experts.Mix(g, input, gates, mixed, draw);
        for (var i = 0; i < weights.Length; i++) mixed[i] = g.AddScaled(mixed[i], h, g.Columns(weights[i], _options.Experts, 1));
    }

    /// <summary>Layer input [B,d], indicator [B,q] → gate logits of all m gates, [B, m × candidates].</summary>
    internal Tensor Logits(Graph g, Tensor input, Tensor indicator) => (_gateInput, _gateIndicator) switch
    {
        ({ } gate, null) => g.Linear(input, gate),
        (null, { } gate) => g.Linear(indicator, gate),
        _ => g.LinearOfTwo(input, _gateInput!, indicator, _gateIndicator!),
    };

    /// <summary>Step 2: gate logits with the exploration noise of training.</summary>
    Tensor Noisy(Graph g, Tensor clean, NodeIndex own, int draw)
    {
        var (sigma, site) = ((Real)_options.Noise.At(_options.Experts, g.Progress), _site + draw);
        if (_options.Noise.Follow == NoiseFollow.None || !g.Training || sigma == 0) return g.Noise(clean, sigma, site);
        var entropy = g.Entropy(g.Softmax(g.PickGate(g.Detach(clean), _gates, own)));
        return g.Noise(clean, _options.Noise.Follow == NoiseFollow.Entropy ? entropy : g.Affine(entropy, -1, 1), sigma, site);
    }

    /// <summary>Steps 3 to 6 and 8 of the paper's layer on gate logits [B, m × candidates].</summary>
    internal Selection Select(Graph g, Tensor clean, Tensor noisy, NodeIndex own, Real lambda)
    {
        var choice = new ExpertChoice(_options.Specific, _options.Shared, _options.Disjoint);
        var selects = _gates > 1 && _options.Select;
        if (selects && !g.Training && !g.NotesGates && noisy == clean) return new(g.ChosenGate(clean, _gates, own, choice));
        var source = _options.NoiseScope == NoiseScope.All ? noisy : clean;
        if (selects && g.Training && !g.NotesGates)
        {
            var weights = g.ChosenGate(noisy, source, _gates, own, choice, out var fromOne, out var fromAll);
            AddTerms(g, fromOne, fromAll, lambda);
            return new(weights);
        }

        var mixing = g.PickGate(source, _gates, own);
        if (!selects) return new(g.Softmax(mixing));

        var logC = g.GateLogSoftmax(noisy, _gates);
        var fromOwn = g.Affine(g.PickGate(logC, _gates, own), -1, 0);
        var fromUniform = g.Affine(g.MeanGates(logC, _gates), -1, choice.UniformShift(_gates));
        var specific = g.SmallestPerRow(fromOwn, choice.Specific);
        var shared = g.SmallestPerRow(fromUniform, choice.Shared, choice.Disjoint ? specific : default);
        if (g.Training) AddTerms(g, g.MeanWhere(fromOwn, specific), g.MeanWhere(fromUniform, shared), lambda);
        return new(g.MaskedSoftmax(mixing, g.Either(specific, shared)), specific, shared, fromOwn, fromUniform);
    }

    /// <summary>What the layer mixes with and, where it was asked how it chose, its choices and their divergences.</summary>
    internal readonly record struct Selection(Tensor Weights, Tensor Specific = default, Tensor Shared = default, Tensor FromOwn = default, Tensor FromAll = default);

    void AddTerms(Graph g, Tensor specific, Tensor shared, Real lambda)
    {
        g.AddTerm(_specific, specific, lambda);
        g.AddTerm(_shared, shared, lambda);
    }
}
