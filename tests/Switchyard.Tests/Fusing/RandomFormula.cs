using Switchyard.Engine;

namespace Switchyard.Tests;

/// <summary>Drawn formulas, and their values by the plainest way there is.</summary>
static class RandomFormula
{
    public static readonly string[] Tasks = ["click", "add to cart", "log", "2nd \"visit\""];

    public static readonly Dictionary<string, double> Weights = new() { ["a"] = 0.5, ["b"] = -1.25, ["price weight"] = 3 };

    static readonly FormulaOperator[] Unary = [FormulaOperator.Negate, FormulaOperator.Absolute, FormulaOperator.Logarithm, FormulaOperator.Exponential, FormulaOperator.SquareRoot];

    static readonly FormulaOperator[] Binary =
        [FormulaOperator.Add, FormulaOperator.Subtract, FormulaOperator.Multiply, FormulaOperator.Divide, FormulaOperator.Power, FormulaOperator.Minimum, FormulaOperator.Maximum];

    public static FormulaNode Draw(SeededRandom random, int depth)
    {
        var kind = random.Next(depth == 0 ? 3 : 7);
        return kind switch
        {
            0 => new NumberNode(random.Next(2) == 0 ? random.Next(40) : random.NextDouble() * Math.Pow(10, random.Next(30) - 15)),
            1 => new ScoreNode(random.Next(Tasks.Length)),
            2 => new WeightNode(Weights.Keys.ElementAt(random.Next(Weights.Count))),
            3 or 4 => new UnaryNode(Unary[random.Next(Unary.Length)], Draw(random, depth - 1)),
            _ => new BinaryNode(Binary[random.Next(Binary.Length)], Draw(random, depth - 1), Draw(random, depth - 1)),
        };
    }

    public static double Value(FormulaNode node, IReadOnlyList<float> scores) => node switch
    {
        NumberNode number => number.Value,
        ScoreNode score => Math.Min(1, Math.Max(1e-12, (double)scores[score.Task])),
        WeightNode weight => Weights[weight.Weight],
        UnaryNode unary => Value(unary.Operator, Value(unary.Of, scores)),
        BinaryNode binary => Value(binary.Operator, Value(binary.Left, scores), Value(binary.Right, scores)),
        _ => throw new InvalidOperationException(),
    };

    static double Value(FormulaOperator unary, double x) => unary switch
    {
        FormulaOperator.Negate => -x,
        FormulaOperator.Absolute => x < 0 ? -x : x,
        FormulaOperator.Logarithm => Math.Log(x),
        FormulaOperator.Exponential => Math.Exp(x),
        _ => Math.Sqrt(x),
    };

    static double Value(FormulaOperator binary, double x, double y) => binary switch
    {
        FormulaOperator.Add => x + y,
        FormulaOperator.Subtract => x - y,
        FormulaOperator.Multiply => x * y,
        FormulaOperator.Divide => x / y,
        FormulaOperator.Minimum => Math.Min(x, y),
        FormulaOperator.Maximum => Math.Max(x, y),
        _ => Math.Pow(x, y),
    };
}
