namespace Switchyard.Engine.Tests;

/// <summary>Loss and probabilities against the definition, computed in double from products of sigmoids.</summary>
public sealed class LossTests
{
    static readonly float[] Extremes = [-80, -30, -5, 0, 0.3f, 5, 30, 80];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Loss_ChainOfThreeWithExtremeLogits_EqualsTheDefinition(bool observed)
    {
        int[] given = [-1, 0, 1, -1];
        var logits = AllCombinations(given.Length);
        var rows = logits[0].Length;
        var random = new SeededRandom(1, "labels");
        var targets = new LossTargets(given, [1, 0.5f, 2, 3], observed) { RowWeights = [.. Enumerable.Range(0, rows).Select(r => 0.5f + r % 3)] };
        for (var t = 0; t < given.Length; t++) targets.Labels[t] = [.. Enumerable.Range(0, rows).Select(_ => random.Next(4) == 0 ? float.NaN : random.Next(2))];
        var g = new Graph(GraphMode.Train, new ParameterSet(1));
        Tensor[] inputs = [.. logits.Select(l => g.Input(l, rows, 1, needsGrad: true))];
        var loss = g.Loss(inputs, targets);
        g.RunBackward(loss);
        var (expected, perTask, gradients, sizes) = Oracle(logits, targets, rows);
        g.Value(loss)[0].ShouldBe((float)expected, 1e-5f * (float)expected);
        for (var t = 0; t < given.Length; t++)
        {
            targets.TaskLoss[t].ShouldBe(perTask[t], 1e-5 * perTask[t]);
            var own = g.Grad(inputs[t]).ToArray();
            for (var row = 0; row < rows; row++) ((double)own[row]).ShouldBe(gradients[t][row], 1e-6 * sizes[t][row] + 1e-30);
        }
    }

    [Fact]
    public void Loss_NothingObserved_IsZeroWithoutGradient()
    {
        var targets = new LossTargets([-1], [1], true) { RowWeights = [1, 1] };
        targets.Labels[0] = [float.NaN, float.NaN];
        var g = new Graph(GraphMode.Train, new ParameterSet(1));
        var x = g.Input([1, 2], 2, 1, needsGrad: true);
        var loss = g.Loss([x], targets);
        g.RunBackward(loss);
        g.Value(loss)[0].ShouldBe(0);
        g.Grad(x).ToArray().ShouldBe([0, 0]);
    }

    [Fact]
    public void LossTargets_TaskGivenALaterOne_Throws() =>
        Should.Throw<ArgumentException>(() => new LossTargets([1, -1], [1, 1], false)).Message.ShouldContain("earlier");

    [Fact]
    public void Probabilities_Chain_AreProductsOfSigmoids()
    {
        int[] given = [-1, 0, 1];
        var logits = AllCombinations(3);
        var rows = logits[0].Length;
        var g = new Graph(GraphMode.Score, new ParameterSet(1));
        var scores = new float[3 * rows];
        g.Probabilities([.. logits.Select(l => g.Input(l, rows, 1))], given, scores);
        for (var row = 0; row < rows; row++)
        {
            var p = 1.0;
            for (var t = 0; t < 3; t++)
            {
                p *= Sigmoid(logits[t][row]);
                ((double)scores[t * rows + row]).ShouldBe(p, 1e-6 * p + 1e-44);
            }
        }
    }

    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>Every combination of <see cref="Extremes"/>, one array per task.</summary>
    static float[][] AllCombinations(int tasks)
    {
        var rows = (int)Math.Pow(Extremes.Length, tasks);
        var logits = new float[tasks][];
        for (var (t, stride) = (0, 1); t < tasks; t++, stride *= Extremes.Length)
            logits[t] = [.. Enumerable.Range(0, rows).Select(r => Extremes[r / stride % Extremes.Length])];
        return logits;
    }

    /// <summary>BCE of p = Π σ(l); 1 − p as (1 − p_parent) + p_parent σ(−l), which keeps its digits. Gradients by the product rule, and the sizes of what they add up, which bound their rounding.</summary>
    static (double Loss, double[] PerTask, double[][] Gradients, double[][] Sizes) Oracle(float[][] logits, LossTargets targets, int rows)
    {
        var tasks = logits.Length;
        var perTask = new double[tasks];
        var gradients = logits.Select(_ => new double[rows]).ToArray();
        var sizes = logits.Select(_ => new double[rows]).ToArray();
        for (var task = 0; task < tasks; task++)
        {
            var labels = targets.Labels[task];
            double divisor = targets.NormaliseObserved ? labels.Count(l => !float.IsNaN(l)) : rows;
            for (var row = 0; row < rows; row++)
            {
                if (float.IsNaN(labels[row])) continue;
                var chain = new List<int>();
                for (var t = task; t >= 0; t = targets.Given[t]) chain.Insert(0, t);
                double p = 1, q = 0;
                foreach (var t in chain) (p, q) = (p * Sigmoid(logits[t][row]), q + p * Sigmoid(-logits[t][row]));
                var weight = targets.RowWeights[row] / divisor;
                perTask[task] -= weight * (labels[row] == 1 ? Math.Log(p) : Math.Log(q));
                foreach (var t in chain)
                {
                    var miss = Sigmoid(-logits[t][row]);
                    var slope = labels[row] == 1 ? -miss : p / q * miss;
                    gradients[t][row] += targets.Weights[task] * weight * slope;
                    sizes[t][row] += Math.Abs(targets.Weights[task] * weight * slope);
                }
            }
        }

        return (perTask.Zip(targets.Weights, (l, w) => l * w).Sum(), perTask, gradients, sizes);
    }
}
