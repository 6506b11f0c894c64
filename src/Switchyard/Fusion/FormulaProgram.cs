namespace Switchyard;

/// <summary>
/// A formula with its weights, compiled to steps over blocks of rows. Double inside, float out; a row's result depends on its scores alone.
/// Allocates nothing. Thread-safe.
/// </summary>
sealed class FormulaProgram
{
    /// <summary>Scores below this are read as this, so that log(0), 0^-1 and 1/0 of a score do not arise.</summary>
    public const double Least = 1e-12;

    const int BlockRows = 32;
    const int MostRegisters = 128;

    readonly Step[] _steps;
    readonly int _registers;

    FormulaProgram(Step[] steps, int registers) => (_steps, _registers) = (steps, registers);

    /// <param name="formula">The formula.</param>
    /// <param name="weights">Value of each weight it names.</param>
    /// <returns>null where the formula holds more intermediate results at once than there is room for.</returns>
    public static FormulaProgram? Compile(FormulaNode formula, IReadOnlyDictionary<string, double> weights)
    {
        var steps = new List<Step>();
        var most = 0;
        Add(formula, 0);
        return most > MostRegisters ? null : new FormulaProgram([.. steps], most);

        // Leaves the node's value in the register.
        void Add(FormulaNode node, int register)
        {
            most = Math.Max(most, register + 1);
            if (ValueOf(node, weights) is { } value)
            {
                steps.Add(new(StepKind.Number, default, register, 0, value));
                return;
            }

            switch (node)
            {
                case ScoreNode score:
                    steps.Add(new(StepKind.Score, default, register, score.Task, 0));
                    break;
                case UnaryNode unary:
                    Add(unary.Of, register);
                    steps.Add(new(StepKind.Unary, unary.Operator, register, 0, 0));
                    break;
                case BinaryNode binary when ValueOf(binary.Right, weights) is { } right:
                    Add(binary.Left, register);
                    steps.Add(new(StepKind.WithNumber, binary.Operator, register, 0, right));
                    break;
                case BinaryNode binary:
                    Add(binary.Left, register);
                    Add(binary.Right, register + 1);
                    steps.Add(new(StepKind.Binary, binary.Operator, register, 0, 0));
                    break;
                default:
                    throw new ArgumentException($"{node.GetType().Name} cannot be compiled.");
            }
        }
    }

    /// <summary>Value of a formula without scores; null where it has one.</summary>
    public static double? ValueOf(FormulaNode node, IReadOnlyDictionary<string, double> weights) => node switch
    {
        NumberNode number => number.Value,
        WeightNode weight => weights[weight.Weight],
        UnaryNode unary => ValueOf(unary.Of, weights) is { } value ? Apply(unary.Operator, value) : null,
        BinaryNode binary => ValueOf(binary.Left, weights) is { } left && ValueOf(binary.Right, weights) is { } right ? Apply(binary.Operator, left, right) : null,
        _ => null,
    };

    /// <summary>Fuses consecutive rows.</summary>
    /// <param name="scores">Scores [tasks × stride].</param>
    /// <param name="stride">Rows a task has in <paramref name="scores"/>.</param>
    /// <param name="first">First row.</param>
    /// <param name="fused">Receives the fused scores of as many rows as it is long.</param>
    /// <returns>The first row whose result is not a finite float; −1 where all are.</returns>
    public int Run(ReadOnlySpan<float> scores, int stride, int first, Span<float> fused)
    {
        Span<double> registers = stackalloc double[_registers * BlockRows];
        for (var start = 0; start < fused.Length; start += BlockRows)
        {
            var count = Math.Min(BlockRows, fused.Length - start);
            foreach (ref readonly var step in _steps.AsSpan())
            {
                var x = registers.Slice(step.Register * BlockRows, count);
                switch (step.Kind)
                {
                    case StepKind.Number:
                        x.Fill(step.Number);
                        break;
                    case StepKind.Score:
                        var of = scores.Slice(step.Task * stride + first + start, count);
                        for (var i = 0; i < x.Length; i++) x[i] = Math.Clamp((double)of[i], Least, 1);
                        break;
                    case StepKind.Unary:
                        for (var i = 0; i < x.Length; i++) x[i] = Apply(step.Operator, x[i]);
                        break;
                    case StepKind.WithNumber:
                        for (var i = 0; i < x.Length; i++) x[i] = Apply(step.Operator, x[i], step.Number);
                        break;
                    default:
                        var y = registers.Slice((step.Register + 1) * BlockRows, count);
                        for (var i = 0; i < x.Length; i++) x[i] = Apply(step.Operator, x[i], y[i]);
                        break;
                }
            }

            for (var i = 0; i < count; i++)
            {
                var value = (float)registers[i];
                if (!float.IsFinite(value)) return first + start + i;
                fused[start + i] = value;
            }
        }

        return -1;
    }

    static double Apply(FormulaOperator operation, double x) => operation switch
    {
        FormulaOperator.Negate => -x,
        FormulaOperator.Absolute => Math.Abs(x),
        FormulaOperator.SquareRoot => Math.Sqrt(x),
        FormulaOperator.Logarithm => FormulaMath.Log(x),
        _ => FormulaMath.Exp(x),
    };

    static double Apply(FormulaOperator operation, double x, double y) => operation switch
    {
        FormulaOperator.Add => x + y,
        FormulaOperator.Subtract => x - y,
        FormulaOperator.Multiply => x * y,
        FormulaOperator.Divide => x / y,
        FormulaOperator.Minimum => Math.Min(x, y),
        FormulaOperator.Maximum => Math.Max(x, y),
        _ => FormulaMath.Power(x, y),
    };

    enum StepKind
    {
        Number,
        Score,
        Unary,
        WithNumber,
        Binary,
    }

    readonly record struct Step(StepKind Kind, FormulaOperator Operator, int Register, int Task, double Number);
}
