using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of <see cref="PepNet"/>.</summary>
public sealed record PepNetOptions : ModelOptions
{
    [Description("Widths of every task's tower before its logit; at least one.")]
    [Range(1, 65536)]
    public ImmutableArray<int> TowerWidths { get; init; } = [128, 64];

    [Description("Units between the two layers of every scaling net.")]
    [Range(1, 65536)]
    public int ScaleWidth { get; init; } = 32;

    [Description("Width of the scenario's learned embedding.")]
    [Range(1, 1024)]
    public int IndicatorWidth { get; init; } = 16;

    [Description("EPNet: the scenario scales the fields' embeddings. false: x as it is.")]
    public bool ScaleEmbeddings { get; init; } = true;

    [Description("PPNet: the row's own fields scale the hidden units of every tower. false: plain towers.")]
    public bool ScaleTowers { get; init; } = true;

    [Description("A scaling net does not train what it reads of the scaled embeddings; false: it does (control).")]
    public bool CutGradients { get; init; } = true;

    [Description("Scenario level whose nodes scale the embeddings, 1 = the coarsest.")]
    [Range(1, 64)]
    public int Level { get; init; } = 1;

    public override string Topology => ScaleEmbeddings
        ? string.Create(CultureInfo.InvariantCulture, $"one tower per task; the scenario of level {Level} scales the fields' embeddings")
        : HeadsText.Of(Heads.Task, Level);

    public override RankingModel Build(Scope scope, ModelShape shape) => new PepNet(scope, shape, this);

    protected override ValidationResult? Conflict => ScaleTowers && TowerWidths.IsEmpty
        ? new("a tower without hidden units has none to scale; give widths, for example [128, 64], or set scale_towers to false.", [nameof(TowerWidths), nameof(ScaleTowers)])
        : null;
}

/// <summary>
/// Parameter and embedding personalised network (Chang et al., KDD 2023): the scenario scales the embeddings (EPNet), the row scales
/// the hidden units of every task's tower (PPNet). See docs/models/pepnet.md.
/// </summary>
public sealed class PepNet : RankingModel
{
    readonly int _level;
    readonly bool _cut;
    readonly Parameter? _embedding;
    readonly ScaleNet? _embeddings;
    readonly TaskTower[] _towers;

    public PepNet(Scope scope, ModelShape shape, PepNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        (_level, _cut) = (options.Level - 1, options.CutGradients);
        if (options.ScaleEmbeddings)
        {
            var (scenarios, net) = (shape.Scenarios(options.Level), scope.Sub("scenario"));
            _embedding = net.Vectors("embedding", scenarios, options.IndicatorWidth);
            _embeddings = new ScaleNet(net.Sub("scale"), options.IndicatorWidth + shape.Width, options.ScaleWidth, shape.Width);
        }

        var prior = (options.ScaleEmbeddings ? 2 : 1) * shape.Width;
        _towers = scope.Repeat("tower", shape.EveryTask, (s, _) => new TaskTower(s, shape.Width, prior, options));
    }

    public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits)
    {
        var (scaled, prior) = (x, x);
        if (_embeddings is not null)
        {
            scaled = _embeddings.Scale(g, g.Concat(g.Lookup(_embedding!, path[_level], x.Rows), Read(g, x)), x);
            prior = g.Concat(x, Read(g, scaled));
        }

        for (var t = 0; t < logits.Length; t++) logits[t] = _towers[t].Forward(g, scaled, prior);
    }

    Tensor Read(Graph g, Tensor x) => _cut ? g.Detach(x) : x;

    /// <summary>A tower whose hidden units are scaled by what the row is.</summary>
    sealed class TaskTower
    {
        readonly Mlp _hidden;
        readonly ScaleNet[] _scales;
        readonly Linear _output;

        public TaskTower(Scope scope, int inputs, int prior, PepNetOptions options)
        {
            var widths = options.TowerWidths;
            _hidden = new Mlp(scope.Sub("hidden"), inputs, widths);
            _scales = scope.Repeat("scale", options.ScaleTowers ? widths.Length : 0, (s, i) => new ScaleNet(s, prior, options.ScaleWidth, widths[i]));
            _output = new Linear(scope.Sub("output"), _hidden.Outputs, 1);
        }

        public Tensor Forward(Graph g, Tensor h, Tensor prior)
        {
            for (var i = 0; i < _hidden.Layers.Length; i++)
            {
                h = _hidden.Layers[i].Forward(g, h);
                if (_scales.Length > 0) h = _scales[i].Scale(g, prior, h);
            }

            return _output.Forward(g, h);
        }
    }
}
