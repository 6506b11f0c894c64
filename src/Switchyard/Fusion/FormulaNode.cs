using System.Globalization;

namespace Switchyard;

/// <summary>What a formula can do to one or two numbers.</summary>
enum FormulaOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Minimum,
    Maximum,
    Negate,
    Absolute,
    Logarithm,
    Exponential,
    SquareRoot,
}

/// <summary>A formula as a tree. Trees are equal where they compute the same in the same order.</summary>
abstract record FormulaNode
{
    /// <summary>Names of its weights, each as often as it stands there.</summary>
    public virtual IEnumerable<string> Weights() => [];

    /// <summary>The formula as text that parses to this tree, with no more parentheses than it needs.</summary>
    public abstract string Text(IReadOnlyList<string> tasks);

    /// <summary>How tightly the text holds together: an operand that is looser than its operator needs parentheses.</summary>
    public virtual int Tightness => FormulaGrammar.Atom;

    protected static string Within(FormulaNode node, IReadOnlyList<string> tasks, int tightness) =>
        node.Tightness < tightness ? $"({node.Text(tasks)})" : node.Text(tasks);
}

/// <summary>A number, at least 0: a minus before it is an operation.</summary>
sealed record NumberNode(double Value) : FormulaNode
{
    public override string Text(IReadOnlyList<string> tasks) => Value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>Score of a task.</summary>
sealed record ScoreNode(int Task) : FormulaNode
{
    public override string Text(IReadOnlyList<string> tasks) => FormulaGrammar.Name(tasks[Task]);
}

/// <summary>A named weight.</summary>
sealed record WeightNode(string Weight) : FormulaNode
{
    public override IEnumerable<string> Weights() => [Weight];

    public override string Text(IReadOnlyList<string> tasks) => FormulaGrammar.Name(Weight);
}

/// <summary>An operation on one number.</summary>
sealed record UnaryNode(FormulaOperator Operator, FormulaNode Of) : FormulaNode
{
    public override IEnumerable<string> Weights() => Of.Weights();

    public override int Tightness => Operator == FormulaOperator.Negate ? FormulaGrammar.Signed : FormulaGrammar.Atom;

    public override string Text(IReadOnlyList<string> tasks) => Operator == FormulaOperator.Negate
        ? $"-{Within(Of, tasks, FormulaGrammar.Signed)}"
        : $"{FormulaGrammar.FunctionName(Operator)}({Of.Text(tasks)})";
}

/// <summary>An operation on two numbers.</summary>
sealed record BinaryNode(FormulaOperator Operator, FormulaNode Left, FormulaNode Right) : FormulaNode
{
    public override IEnumerable<string> Weights() => Left.Weights().Concat(Right.Weights());

    public override int Tightness => FormulaGrammar.Tightness(Operator);

    public override string Text(IReadOnlyList<string> tasks)
    {
        if (Tightness == FormulaGrammar.Atom) return $"{FormulaGrammar.FunctionName(Operator)}({Left.Text(tasks)}, {Right.Text(tasks)})";
        // a^b^c is a^(b^c), and an exponent may have a sign; all others group from the left.
        return Operator == FormulaOperator.Power
            ? $"{Within(Left, tasks, FormulaGrammar.Atom)}^{Within(Right, tasks, FormulaGrammar.Signed)}"
            : $"{Within(Left, tasks, Tightness)} {FormulaGrammar.Sign(Operator)} {Within(Right, tasks, Tightness + 1)}";
    }
}

/// <summary>How formulas are written.</summary>
static class FormulaGrammar
{
    public const int Sum = 1;
    public const int Product = 2;
    public const int Signed = 3;
    public const int Power = 4;
    public const int Atom = 5;

    static readonly (string Name, FormulaOperator Operator, bool Many)[] Known =
    [
        ("log", FormulaOperator.Logarithm, false), ("exp", FormulaOperator.Exponential, false), ("sqrt", FormulaOperator.SquareRoot, false),
        ("abs", FormulaOperator.Absolute, false), ("min", FormulaOperator.Minimum, true), ("max", FormulaOperator.Maximum, true),
    ];

    /// <summary>Names of the functions.</summary>
    public static IReadOnlyList<string> Functions { get; } = [.. Known.Select(f => f.Name)];

    public static (FormulaOperator Operator, bool Many) Function(string name)
    {
        var (_, function, many) = Known.First(f => f.Name == name);
        return (function, many);
    }

    public static string FunctionName(FormulaOperator function) => Known.First(f => f.Operator == function).Name;

    public static int Tightness(FormulaOperator binary) => binary switch
    {
        FormulaOperator.Add or FormulaOperator.Subtract => Sum,
        FormulaOperator.Multiply or FormulaOperator.Divide => Product,
        FormulaOperator.Power => Power,
        _ => Atom,
    };

    public static char Sign(FormulaOperator binary) => binary switch
    {
        FormulaOperator.Add => '+',
        FormulaOperator.Subtract => '-',
        FormulaOperator.Multiply => '*',
        _ => '/',
    };

    /// <summary>A name as a formula writes it: in quotes where it is more than letters, digits and _.</summary>
    public static string Name(string name) =>
        name.Length > 0 && IsStart(name[0]) && name.All(IsPart) && !Functions.Contains(name) ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static bool IsStart(char c) => char.IsLetter(c) || c == '_';

    public static bool IsPart(char c) => char.IsLetterOrDigit(c) || c == '_';
}
