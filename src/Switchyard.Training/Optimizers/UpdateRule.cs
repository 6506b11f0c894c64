using Switchyard.Kernels;

namespace Switchyard.Training;

/// <summary>Numbers of one optimizer step that are the same for every weight.</summary>
/// <param name="Rate">Learning rate.</param>
/// <param name="Correction1">Adam: 1 − β₁^t.</param>
/// <param name="Correction2">Adam: 1 − β₂^t.</param>
public readonly record struct StepRate(Real Rate, Real Correction1, Real Correction2);

/// <summary>An optimizer as a function on a stretch of weights: how a gradient moves them, and what a step without a gradient does.</summary>
public abstract class UpdateRule
{
    /// <summary>Numbers kept per weight: 0 to 2.</summary>
    public abstract int Moments { get; }

    /// <summary>True where a step with a zero gradient leaves weights and moments as they are.</summary>
    public abstract bool IdleIsNothing { get; }

    /// <summary>What step t (1-based) needs.</summary>
    public virtual StepRate RateOf(double rate, long step) => new((Real)rate, 1, 1);

    /// <summary>Moves weights by their gradient; <paramref name="m"/> and <paramref name="v"/> are empty where the rule keeps fewer moments.</summary>
    public abstract void Update(Span<Real> w, ReadOnlySpan<Real> g, Span<Real> m, Span<Real> v, StepRate rate);

    /// <summary>The same for rows of a table, all different: gradient i belongs to row rows[i].</summary>
    /// <param name="w">The table.</param>
    /// <param name="g">Gradients, [rows × width].</param>
    /// <param name="m">First moments of the table; empty where the rule keeps none.</param>
    /// <param name="v">Second moments of the table; empty where the rule keeps none.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="first">Rows below it are left as they are.</param>
    /// <param name="rate">Numbers of the step.</param>
    public virtual void UpdateRows(Real[] w, ReadOnlySpan<Real> g, Real[] m, Real[] v, ReadOnlySpan<int> rows, int width, int first, StepRate rate)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] < first) continue;
            var (from, to) = (rows[i] * width, (rows[i] + 1) * width);
            Update(
                w.AsSpan(from..to), g.Slice(i * width, width), m.Length == 0 ? default : m.AsSpan(from..to), v.Length == 0 ? default : v.AsSpan(from..to),
                rate);
        }
    }

    /// <summary>True where weights with these moments would not move, nor their moments change, without a gradient.</summary>
    public virtual bool AtRest(ReadOnlySpan<Real> m, ReadOnlySpan<Real> v) => IdleIsNothing;

    /// <summary>The same with a gradient of zero, bit for bit.</summary>
    public abstract void Idle(Span<Real> w, Span<Real> m, Span<Real> v, StepRate rate);

    /// <summary>The rule of dense weights.</summary>
    public static UpdateRule Create(TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Create(options, options.WeightDecay);
    }

    /// <summary>The rule of embedding tables.</summary>
    public static UpdateRule OfTables(TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Create(options, options.EmbeddingWeightDecay ?? options.WeightDecay);
    }

    static UpdateRule Create(TrainingOptions options, double weightDecay) => options.Optimizer switch
    {
        OptimizerKind.Sgd => new Sgd((Real)weightDecay),
        OptimizerKind.Adagrad => new Adagrad((Real)options.Epsilon, (Real)weightDecay),
        _ => new Adam(options.Beta1, options.Beta2, (Real)options.Epsilon, (Real)weightDecay),
    };
}

/// <summary>w ← (1 − rate · decay) · w − rate · g.</summary>
public sealed class Sgd(Real weightDecay) : UpdateRule
{
    public override int Moments => 0;

    public override bool IdleIsNothing => weightDecay == 0;

    public override void Update(Span<Real> w, ReadOnlySpan<Real> g, Span<Real> m, Span<Real> v, StepRate rate)
    {
        Idle(w, m, v, rate);
        OptimizerSteps.Sgd(w, g, rate.Rate, 0);
    }

    public override void Idle(Span<Real> w, Span<Real> m, Span<Real> v, StepRate rate)
    {
        if (weightDecay != 0) Vectors.Scale(1 - rate.Rate * weightDecay, w);
    }
}

/// <summary>Adagrad (Duchi et al. 2011): m ← m + g², w ← (1 − rate · decay) · w − rate · g / (√m + ε).</summary>
public sealed class Adagrad(Real epsilon, Real weightDecay) : UpdateRule
{
    public override int Moments => 1;

    public override bool IdleIsNothing => weightDecay == 0;

    public override void Update(Span<Real> w, ReadOnlySpan<Real> g, Span<Real> m, Span<Real> v, StepRate rate)
    {
        Idle(w, m, v, rate);
        OptimizerSteps.Adagrad(w, g, m, rate.Rate, epsilon, 0);
    }

    public override void Idle(Span<Real> w, Span<Real> m, Span<Real> v, StepRate rate)
    {
        if (weightDecay != 0) Vectors.Scale(1 - rate.Rate * weightDecay, w);
    }
}

/// <summary>Adam (Kingma and Ba 2015) with decoupled decay (AdamW, Loshchilov and Hutter 2019).</summary>
public sealed class Adam(double beta1, double beta2, Real epsilon, Real weightDecay) : UpdateRule
{
    public override int Moments => 2;

    public override bool IdleIsNothing => false;

    public override bool AtRest(ReadOnlySpan<Real> m, ReadOnlySpan<Real> v) =>
        weightDecay == 0 && !m.ContainsAnyExcept((Real)0) && !v.ContainsAnyExcept((Real)0);

    public override StepRate RateOf(double rate, long step) =>
        new((Real)rate, (Real)(1 - Math.Pow(beta1, step)), (Real)(1 - Math.Pow(beta2, step)));

    public override void Update(Span<Real> w, ReadOnlySpan<Real> g, Span<Real> m, Span<Real> v, StepRate rate) =>
        OptimizerSteps.Adam(w, g, m, v, rate.Rate, (Real)beta1, (Real)beta2, epsilon, rate.Correction1, rate.Correction2, weightDecay);

    public override void UpdateRows(
        Real[] w, ReadOnlySpan<Real> g, Real[] m, Real[] v, ReadOnlySpan<int> rows, int width, int first, StepRate rate) =>
        OptimizerSteps.AdamRows(
            w, g, m, v, rows, width, first, rate.Rate, (Real)beta1, (Real)beta2, epsilon, rate.Correction1, rate.Correction2, weightDecay);

    public override void Idle(Span<Real> w, Span<Real> m, Span<Real> v, StepRate rate) =>
        OptimizerSteps.AdamDecay(w, m, v, rate.Rate, (Real)beta1, (Real)beta2, epsilon, rate.Correction1, rate.Correction2, weightDecay);
}
