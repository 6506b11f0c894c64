using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>
/// Targets of a batch and what the loss needs to know of the tasks; filled anew for every batch, never reallocated.
/// A task may be conditional on an earlier one: its probability is then σ(logit) times that task's (ESMM, Ma et al. 2018),
/// over the whole space of rows, along chains of any length.
/// </summary>
public sealed class LossTargets
{
    public LossTargets(ReadOnlySpan<int> given, ReadOnlySpan<float> weights, bool normaliseObserved)
    {
        Given = given.ToArray();
        Weights = weights.ToArray();
        NormaliseObserved = normaliseObserved;
        Labels = new float[given.Length][];
        Logits = new Tensor[given.Length];
        TaskLoss = new double[given.Length];
        for (var t = 0; t < given.Length; t++)
        {
            if (given[t] >= t) throw new ArgumentException($"Task {t} is conditional on task {given[t]}; a task may only follow an earlier one.");
        }
    }

    /// <summary>Task every task is conditional on, −1 for none.</summary>
    public int[] Given { get; }

    /// <summary>Weight of every task.</summary>
    public float[] Weights { get; }

    /// <summary>Divide a task's loss by its observed rows instead of by all rows.</summary>
    public bool NormaliseObserved { get; }

    /// <summary>Labels by task and row: 0, 1, or NaN where not observed.</summary>
    public float[][] Labels { get; }

    /// <summary>Weight of every row.</summary>
    public float[] RowWeights { get; set; } = [];

    /// <summary>Unweighted loss of every task, for the log.</summary>
    public double[] TaskLoss { get; }

    internal Tensor[] Logits { get; }
}

/// <summary>The main objective.</summary>
public static class LossOps
{
    const double SmallestGradient = 1e-30;

    /// <summary>
    /// One logit [B,1] per task → [1,1]: Σ_t w_t · Σ_observed rowweight · BCE(label, p_t) / B, written on logits in stable form.
    /// </summary>
    public static Tensor Loss(this Graph g, ReadOnlySpan<Tensor> logits, LossTargets targets)
    {
        var tasks = logits.Length;
        var rows = logits[0].Rows;
        logits.CopyTo(targets.Logits);
        var losses = g.Scratch(tasks * rows);
        var gradients = g.New(tasks, rows, needsGrad: false);
        Span<double> scale = stackalloc double[tasks];
        for (var t = 0; t < tasks; t++) scale[t] = 1.0 / Math.Max(1, targets.NormaliseObserved ? Observed(targets.Labels[t].AsSpan(0, rows)) : rows);
        var scales = g.Scratch(tasks);
        for (var t = 0; t < tasks; t++) scales.Span[t] = (Real)scale[t];
        g.ForRows(rows, new LossBody(targets, losses, g.Values(gradients), scales, rows));

        double total = 0;
        for (var t = 0; t < tasks; t++)
        {
            double sum = 0;
            foreach (var loss in losses.Slice(t * rows, rows)) sum += loss;
            targets.TaskLoss[t] = sum * scale[t];
            total += targets.Weights[t] * targets.TaskLoss[t];
        }

        var y = g.New(1, 1);
        g.Value(y)[0] = (Real)total;
        g.Record(
            static (g, in s) =>
            {
                var targets = (LossTargets)s.Aux!;
                for (var t = 0; t < s.A.Rows; t++) Vectors.Axpy(g.Grad(s.Out)[0], g.Value(s.A).Slice(t * s.A.Cols, s.A.Cols), g.Grad(targets.Logits[t]));
            },
            y, gradients, aux: targets);
        return y;
    }

    /// <summary>Logits [B,1] → probability of every task and row, [tasks × B]: the product of sigmoids along the task's chain.</summary>
    /// <param name="conditional">Empty, or receives every task's own sigmoid, [tasks × B]: its probability given its parent.</param>
    public static void Probabilities(
        this Graph g, ReadOnlySpan<Tensor> logits, ReadOnlySpan<int> given, Span<float> scores, Span<float> conditional = default)
    {
        var rows = logits[0].Rows;
        Span<double> chain = stackalloc double[logits.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var t = 0; t < logits.Length; t++)
            {
                var p = 1 / (1 + Math.Exp(-(double)g.Value(logits[t])[row]));
                chain[t] = given[t] < 0 ? p : p * chain[given[t]];
                scores[t * rows + row] = (float)chain[t];
                if (!conditional.IsEmpty) conditional[t * rows + row] = (float)p;
            }
        }
    }

    static int Observed(ReadOnlySpan<float> labels)
    {
        var count = 0;
        foreach (var label in labels) count += float.IsNaN(label) ? 0 : 1;
        return count;
    }

    /// <summary>
    /// With p the product of σ(l_i) along the chain and q = 1 − p: log p = Σ log σ(l_i), and log q is built task by task as
    /// log(q_parent + p_parent σ(−l)). Then ∂BCE/∂l_i = (−y + (1 − y) p/q) σ(−l_i), of which the second factor is kept inside
    /// the exponential because p/q alone may overflow.
    /// </summary>
    readonly struct LossBody(LossTargets targets, Block<Real> losses, Block<Real> gradients, Block<Real> scales, int rows) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var tasks = targets.Given.Length;
            Span<double> logP = stackalloc double[tasks];
            Span<double> logQ = stackalloc double[tasks];
            Span<double> logMiss = stackalloc double[tasks];
            for (var row = from; row < to; row++)
            {
                for (var t = 0; t < tasks; t++)
                {
                    double logit = g.Value(targets.Logits[t])[row];
                    var parent = targets.Given[t];
                    logMiss[t] = -Softplus(logit);
                    logP[t] = -Softplus(-logit) + (parent < 0 ? 0 : logP[parent]);
                    logQ[t] = parent < 0 ? logMiss[t] : LogAdd(logQ[parent], logP[parent] + logMiss[t]);
                    gradients.Span[t * rows + row] = 0;
                }

                for (var t = 0; t < tasks; t++) Task(row, t, logP[t], logQ[t], logMiss);
            }
        }

        void Task(int row, int task, double logP, double logQ, ReadOnlySpan<double> logMiss)
        {
            double label = targets.Labels[task][row];
            ref var loss = ref losses.Span[task * rows + row];
            loss = 0;
            if (double.IsNaN(label)) return;
            double weight = targets.RowWeights[row];
            loss = (Real)(-weight * (label * logP + (1 - label) * logQ));
            for (var t = task; t >= 0; t = targets.Given[t])
            {
                var slope = -label * Math.Exp(logMiss[t]) + (1 - label) * Math.Exp(logP - logQ + logMiss[t]);
                var gradient = weight * targets.Weights[task] * scales.Span[task] * slope;

                // A denormal says nothing and slows every product it enters.
                if (Math.Abs(gradient) > SmallestGradient) gradients.Span[t * rows + row] += (Real)gradient;
            }
        }

        static double Softplus(double x) => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x)));

        static double LogAdd(double a, double b) => Math.Max(a, b) + LogOnePlus(Math.Exp(-Math.Abs(a - b)));

        /// <summary>log(1 + x) without losing the digits of a small x (Kahan).</summary>
        static double LogOnePlus(double x)
        {
            var u = 1 + x;
            return u == 1 ? x : Math.Log(u) * x / (u - 1);
        }
    }
}
