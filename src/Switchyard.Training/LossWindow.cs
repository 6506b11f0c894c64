using System.Collections.Immutable;

namespace Switchyard.Training;

/// <summary>Means of the loss's parts over the steps since somebody last cleared them. Allocates nothing from step to step.</summary>
/// <param name="tasks">Number of tasks.</param>
public sealed class LossWindow(int tasks)
{
    readonly double[] _tasks = new double[tasks];
    string[] _names = [];
    double[] _values = [];
    double _auxiliary;

    /// <summary>Steps since it was cleared.</summary>
    public long Steps { get; private set; }

    /// <summary>Names of the auxiliary terms, in the order of the forward pass; empty before the first step.</summary>
    public ReadOnlySpan<string> Names => _names;

    /// <summary>Mean loss of a task, unweighted.</summary>
    public double Task(int task) => _tasks[task] / Steps;

    /// <summary>Mean of an auxiliary term, unweighted, by its place in <see cref="Names"/>.</summary>
    public double Auxiliary(int term) => _values[term] / Steps;

    /// <summary>Mean of what all auxiliary terms add to the loss.</summary>
    public double AuxiliaryLoss => _auxiliary / Steps;

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        Steps = 0;
        _auxiliary = 0;
        Array.Clear(_tasks);
        Array.Clear(_values);
    }

    internal void Add(TrainingStep step)
    {
        Steps++;
        _auxiliary += step.AuxiliaryLoss;
        for (var t = 0; t < _tasks.Length; t++) _tasks[t] += step.TaskLoss[t];
        var parts = step.Auxiliary;
        if (_names.Length != parts.Length) Name(parts);
        for (var i = 0; i < parts.Length; i++) _values[i] += parts[i].Value;
    }

    internal LossSums Save() => new(Steps, [.. _tasks], [.. _names], [.. _values], _auxiliary);

    internal void Load(LossSums sums)
    {
        if (sums.Tasks.Length != _tasks.Length) return;
        (Steps, _auxiliary) = (sums.Steps, sums.Auxiliary);
        sums.Tasks.CopyTo(_tasks);
        (_names, _values) = ([.. sums.Names], [.. sums.Values]);
    }

    /// <summary>A model has the same terms in every step, so this happens once.</summary>
    void Name(ReadOnlySpan<LossPart> parts)
    {
        (_names, _values) = (new string[parts.Length], new double[parts.Length]);
        for (var i = 0; i < parts.Length; i++) _names[i] = parts[i].Name;
    }
}

/// <summary>What a <see cref="LossWindow"/> holds, for a checkpoint.</summary>
/// <param name="Steps">Steps summed.</param>
/// <param name="Tasks">Sums of the tasks' losses.</param>
/// <param name="Names">Names of the auxiliary terms.</param>
/// <param name="Values">Sums of the auxiliary terms.</param>
/// <param name="Auxiliary">Sum of what they add to the loss.</param>
sealed record LossSums(long Steps, ImmutableArray<double> Tasks, ImmutableArray<string> Names, ImmutableArray<double> Values, double Auxiliary)
{
    /// <summary>Nothing summed yet; of a checkpoint that does not say.</summary>
    public static readonly LossSums None = new(0, [], [], [], 0);
}
