using System.Runtime.InteropServices;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard.Training;

/// <summary>One step of training: forward, loss, backward, optimizer. Owns the graph and, in steady state, allocates nothing.</summary>
public sealed class TrainingStep
{
    readonly Ranker _ranker;
    readonly TrainingOptions _options;
    readonly ForwardPass _pass;
    readonly LossTargets _targets;
    readonly FrozenWeights? _frozen;
    readonly List<LossPart> _auxiliary = [];

    /// <param name="ranker">What to train.</param>
    /// <param name="options">How.</param>
    /// <param name="pool">Workers.</param>
    /// <param name="frozen">Weights to leave as they are; null for none.</param>
    public TrainingStep(Ranker ranker, TrainingOptions options, WorkerPool pool, FrozenWeights? frozen = null)
    {
        ArgumentNullException.ThrowIfNull(ranker);
        ArgumentNullException.ThrowIfNull(options);
        (_ranker, _options, _frozen) = (ranker, options, frozen);
        _pass = new ForwardPass(ranker, GraphMode.Train, pool);
        _pass.Graph.Seed = options.Seed;
        frozen?.SpareGradients(_pass.Graph);
        var tasks = ranker.Schema.Tasks;
        _targets = new LossTargets(
            [.. tasks.Select(t => t.Given)], [.. tasks.Select(t => t.Weight)], options.Normalise == LossNormaliser.Observed);
        var tables = new TableUpdate(UpdateRule.OfTables(options), options.EmbeddingLearningRate);
        Optimizer = new Optimizer(ranker.Parameters, UpdateRule.Create(options), options.Embeddings, pool, frozen, tables);
    }

    public Optimizer Optimizer { get; }

    /// <summary>Loss of every task in the last step, unweighted.</summary>
    public ReadOnlySpan<double> TaskLoss => _targets.TaskLoss;

    /// <summary>Auxiliary terms of the last step, weighted and summed.</summary>
    public double AuxiliaryLoss { get; private set; }

    /// <summary>Auxiliary terms of the last step by name, in the order of the forward pass, also those that are only watched.</summary>
    public ReadOnlySpan<LossPart> Auxiliary => CollectionsMarshal.AsSpan(_auxiliary);

    /// <summary>Whether a step leaves its gates to be read in <see cref="Graph"/> (default: no). It changes no weight.</summary>
    public bool NotesGates
    {
        get => _pass.Graph.NotesGates;
        set => _pass.Graph.NotesGates = value;
    }

    /// <summary>The tape of the last step; what it holds lives until the next one.</summary>
    public Graph Graph => _pass.Graph;

    /// <summary>Matrix products of the last step, forward and backward.</summary>
    public LinearWork Work => _pass.Graph.Work;

    /// <summary>Measures where the time of a step goes; null (default) measures nothing.</summary>
    public PassClock? Clock
    {
        get => _pass.Graph.Clock;
        set => _pass.Graph.Clock = value;
    }

    /// <summary>Trains on one batch; returns the whole loss.</summary>
    /// <param name="batch">Rows with labels.</param>
    /// <param name="rate">Learning rate of the step.</param>
    /// <param name="progress">Share of the planned training that is done, 0 to 1.</param>
    public double Run(Batch batch, double rate, double progress)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var g = _pass.Graph;
        g.Clock?.Start();
        g.StepNumber = Optimizer.Steps;
        g.Progress = progress;
        _pass.Bind(batch);
        Optimizer.BeforeRead(_pass.Inputs, batch.Count);
        g.Clock?.Lap("Optimizer.BeforeRead", "forward");
        var logits = _pass.Logits();
        g.Clock?.Lap("Model.Forward", "forward");
        for (var t = 0; t < _targets.Labels.Length; t++) _targets.Labels[t] = batch.Labels(t);
        _targets.RowWeights = batch.Weights;
        var loss = g.Loss(logits, _targets);
        ReadTerms(g);
        var total = g.Value(loss)[0] + AuxiliaryLoss;
        if (!double.IsFinite(total)) throw NotFinite();
        g.RunBackward(loss);
        g.Clock?.Lap("Graph.RunBackward", "backward");

        // The seam: g.Gradients is all that a step knows of its batch. Training over several processes sums it here.
        if (_options.ClipNorm > 0)
        {
            _frozen?.Clear(g.Gradients!);
            if (!double.IsFinite(GradientClip.Apply(g.Gradients!, _options.ClipNorm))) throw NotFinite();
        }

        Optimizer.Step(g.Gradients!, rate);
        _frozen?.RestoreStatistics();
        g.Clock?.Lap("Optimizer.Step", "optimizer");
        return total;
    }

    void ReadTerms(Graph g)
    {
        AuxiliaryLoss = 0;
        _auxiliary.Clear();
        foreach (ref readonly var term in g.Terms)
        {
            var value = g.Value(term.Value)[0];
            if (term.Weight != 0) AuxiliaryLoss += term.Weight * value;
            LossPart.Add(_auxiliary, term.Name, value, term.Weight);
        }
    }

    InputException NotFinite()
    {
        var parts = string.Join(", ", _ranker.Schema.Tasks.Select((t, i) => FormattableString.Invariant($"{t.Name} {_targets.TaskLoss[i]}")));
        return new InputException(
            FormattableString.Invariant($"training: the loss or its gradient is not finite in step {Optimizer.Steps + 1} ({parts}, auxiliary {AuxiliaryLoss}); ") +
            "lower training.learning_rate" + (_options.ClipNorm > 0 ? "" : ", or set training.clip_norm to 1"),
            new NotFiniteNumberException(_targets.TaskLoss.FirstOrDefault(l => !double.IsFinite(l))));
    }
}
