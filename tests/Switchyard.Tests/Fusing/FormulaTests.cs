using System.Security.Cryptography;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Testing;

namespace Switchyard.Tests;

public sealed class FormulaTests
{
    static readonly string[] Weights = [.. RandomFormula.Weights.Keys];

    [Fact]
    public void Parse_DrawnFormulas_ReadsBackItsText()
    {
        for (var seed = 0ul; seed < 2000; seed++)
        {
            var formula = RandomFormula.Draw(new SeededRandom(seed, "formula"), 1 + (int)(seed % 6));

            FormulaParser.Parse(formula.Text(RandomFormula.Tasks), RandomFormula.Tasks, Weights).ShouldBe(formula);
        }
    }

    [Theory]
    [InlineData("1 - 2 - 3", -4)]
    [InlineData("8 / 4 / 2", 1)]
    [InlineData("2^3^2", 512)]
    [InlineData("-2^2", -4)]
    [InlineData("2^-1", 0.5)]
    [InlineData("2 * -3", -6)]
    [InlineData("1 + 2 * 3", 7)]
    [InlineData("(1 + 2) * 3", 9)]
    [InlineData("min(3, 1, 2) + max(3, 1, 2)", 4)]
    [InlineData(" .5e1 ", 5)]
    [InlineData("+ - + 1", -1)]
    [InlineData("sqrt(9) * abs(-2) + exp(0) + log(1)", 7)]
    public void Parse_Numbers_HaveTheUsualOrder(string formula, double value) =>
        FormulaProgram.ValueOf(FormulaParser.Parse(formula, RandomFormula.Tasks, []), RandomFormula.Weights).ShouldBe(value);

    [Theory]
    [InlineData("", "character 1: expected a task, a weight or a number, found the end")]
    [InlineData("click *", "character 8: expected a task, a weight or a number, found the end")]
    [InlineData("click click", "character 7: expected an operator (+ - * / ^) or the end, found 'c'")]
    [InlineData("(click", "character 7: expected an operator or ')', found the end")]
    [InlineData("click)", "character 6: expected an operator")]
    [InlineData("clik^a", "character 1: 'clik' is neither a task nor a weight; did you mean 'click'?")]
    [InlineData("lg(click)", "character 1: there is no function 'lg'; did you mean 'log'?")]
    [InlineData("sqrt", "character 1: function 'sqrt' needs arguments in ( )")]
    [InlineData("exp(click, 2)", "character 10: expected an operator or ')': exp has one argument, found ','")]
    [InlineData("min(click)", "character 10: expected an operator or ',': min has two arguments or more, found ')'")]
    [InlineData("click * \"add", "character 9: the quote \" is not closed")]
    [InlineData("2nd", "character 1: '2n' is no number")]
    [InlineData("1e999", "character 1: '1e999' is no number that can be computed with")]
    [InlineData("click % 2", "character 7: expected an operator (+ - * / ^) or the end, found '%'")]
    public void Parse_NoFormula_SaysWhereAndWhatWasExpected(string formula, string message)
    {
        var said = Should.Throw<InputException>(() => FormulaParser.Parse(formula, RandomFormula.Tasks, Weights)).Message;

        said.ShouldStartWith($"formula '{formula}', character ");
        said.ShouldContain(message);
    }

    [Fact]
    public void Parse_NestedForever_IsRefused()
    {
        foreach (var text in (string[])[new('(', 4000), new('-', 4000), string.Concat(Enumerable.Repeat("log(", 1000)), string.Concat(Enumerable.Repeat("2^", 2000))])
            Should.Throw<InputException>(() => FormulaParser.Parse(text, RandomFormula.Tasks, [])).Message.ShouldContain("nested more than 64 deep");
        Should.Throw<InputException>(() => FormulaParser.Parse(new string(' ', 5000), RandomFormula.Tasks, [])).Message.ShouldContain("5000 characters");
    }

    [Fact]
    public void Run_DrawnFormulas_AreThoseOfAPlainOracle()
    {
        var (compared, refused) = (0, 0);
        for (var seed = 0ul; seed < 3000; seed++)
        {
            var random = new SeededRandom(seed, "oracle");
            var formula = RandomFormula.Draw(random, 1 + (int)(seed % 5));
            var rows = 1 + random.Next(70);
            var scores = new float[RandomFormula.Tasks.Length * rows];
            for (var i = 0; i < scores.Length; i++) scores[i] = random.Next(10) switch { 0 => 0, 1 => 1, _ => (float)random.NextDouble() };
            var fused = new float[rows];
            var program = FormulaProgram.Compile(formula, RandomFormula.Weights).ShouldNotBeNull();

            var bad = program.Run(scores, rows, 0, fused);

            for (var row = 0; row < rows; row++)
            {
                var expected = RandomFormula.Value(formula, [.. Enumerable.Range(0, RandomFormula.Tasks.Length).Select(t => scores[t * rows + row])]);
                // Near the ends of float, or where digits were cancelled, either may be right.
                if (bad == row)
                {
                    (!float.IsFinite((float)(expected * 1.0000001)) || Math.Abs(expected) > 1e38).ShouldBeTrue($"{formula.Text(RandomFormula.Tasks)}: {expected}");
                    refused++;
                    break;
                }

                if (!IsSteady(formula, scores, rows, row, expected)) continue;
                ((double)fused[row]).ShouldBe(expected, Math.Abs(expected) * 1e-6 + 1e-37, formula.Text(RandomFormula.Tasks));
                compared++;
            }
        }

        compared.ShouldBeGreaterThan(10_000);
        refused.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Run_AnyCut_HasTheSameBits()
    {
        const int Rows = 203;
        var random = new SeededRandom(5, "cut");
        var scores = new float[2 * Rows];
        for (var i = 0; i < scores.Length; i++) scores[i] = (float)random.NextDouble();
        var program = FormulaProgram.Compile(FormulaParser.Parse("click^0.37 * 'add to cart'^1.2 + log(click)", RandomFormula.Tasks, []), RandomFormula.Weights)!;
        var whole = new float[Rows];
        program.Run(scores, Rows, 0, whole).ShouldBe(-1);

        for (var first = 0; first < Rows;)
        {
            var part = new float[Math.Min(1 + random.Next(60), Rows - first)];
            program.Run(scores, Rows, first, part).ShouldBe(-1);
            part.ShouldBe(whole[first..(first + part.Length)]);
            first += part.Length;
        }
    }

    [Fact]
    public void Run_MonotoneTransformations_KeepTheOrder()
    {
        string[] formulas = ["log(click)", "click^0.3", "click^7", "exp(3 * click)", "sqrt(click) * 2 - 5", "-1 / click", "click / (1 + click)", "max(click, 0) + click"];
        const int Rows = 500;
        var random = new SeededRandom(9, "order");
        var scores = new float[Rows];
        // Steps that survive the rounding to float.
        for (var i = 0; i < Rows; i++) scores[i] = (random.Next(1000) + 1) / 1001f;
        var fused = new float[Rows];
        var order = Enumerable.Range(0, Rows).OrderBy(i => scores[i]).ToArray();
        foreach (var formula in formulas)
        {
            FormulaProgram.Compile(FormulaParser.Parse(formula, ["click"], []), RandomFormula.Weights)!.Run(scores, Rows, 0, fused).ShouldBe(-1);

            for (var i = 1; i < Rows; i++)
            {
                var (before, after) = (order[i - 1], order[i]);
                (scores[before] == scores[after] ? fused[before] == fused[after] : fused[before] <= fused[after]).ShouldBeTrue($"{formula}: {scores[before]} and {scores[after]}");
            }
        }
    }

    [Fact]
    public void ExpAndLog_AllMagnitudes_AreThoseOfThePlatformButForTheLastDigit()
    {
        var random = new SeededRandom(3, "math");
        for (var i = 0; i < 100_000; i++)
        {
            var x = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(20) - 16);
            FormulaMath.Exp(x).ShouldBe(Math.Exp(x), 4e-16 * Math.Exp(x));
            var y = Math.ScaleB(1 + random.NextDouble(), random.Next(2000) - 1020);
            FormulaMath.Log(y).ShouldBe(Math.Log(y), 4e-16 * Math.Abs(Math.Log(y)));
        }

        FormulaMath.Exp(709.7).ShouldBe(Math.Exp(709.7), Math.Exp(709.7) * 1e-15);
        FormulaMath.Exp(800).ShouldBe(double.PositiveInfinity);
        FormulaMath.Exp(-800).ShouldBe(0);
        FormulaMath.Log(0).ShouldBe(double.NegativeInfinity);
        FormulaMath.Log(-1).ShouldBe(double.NaN);
        FormulaMath.Log(double.Epsilon).ShouldBe(Math.Log(double.Epsilon), 1e-12);
        FormulaMath.Power(-2, 3).ShouldBe(-8);
        FormulaMath.Power(-2, 41).ShouldBe(-Math.Pow(2, 41), 1);
        FormulaMath.Power(-2, 0.5).ShouldBe(double.NaN);
        FormulaMath.Power(0, -0.5).ShouldBe(double.PositiveInfinity);
        FormulaMath.Power(0, 0.5).ShouldBe(0);
    }

    /// <summary>Not about right but about the same: no machine and no release may have other bits.</summary>
    [Fact]
    public void ExpLogAndPower_AnyMachine_HaveTheseBits()
    {
        var random = new SeededRandom(8, "bits");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < 20_000; i++)
        {
            var (x, y) = (random.NextDouble(), 6 * random.NextDouble() - 3);
            foreach (var value in (double[])[FormulaMath.Exp(200 * (x - 0.5)), FormulaMath.Log(x), FormulaMath.Power(x, y), FormulaMath.Power(x, Math.Round(y))])
                hash.AppendData(BitConverter.GetBytes(value));
        }

        Convert.ToHexStringLower(hash.GetHashAndReset()).ShouldBe("0a6867b03dc97499c194b7737d8c699872f25628c092b05f4266a4cf98178ceb");
    }

    [Fact]
    public void Run_Again_AllocatesNothing()
    {
        var program = FormulaProgram.Compile(FormulaParser.Parse("click^0.37 * max('add to cart', log(click), 2)", RandomFormula.Tasks, []), RandomFormula.Weights)!;
        var (scores, fused) = (Enumerable.Repeat(0.5f, 2 * 300).ToArray(), new float[300]);

        using var pool = new WorkerPool(1);
        Allocations.Of(pool, 2, 5, () => program.Run(scores, 300, 0, fused)).ShouldBe(0);
    }

    /// <summary>Whether the value hardly moves when every score does in its last digits: otherwise two right ways of computing it differ.</summary>
    static bool IsSteady(FormulaNode formula, float[] scores, int rows, int row, double expected)
    {
        var near = RandomFormula.Value(formula, [.. Enumerable.Range(0, RandomFormula.Tasks.Length).Select(t => scores[t * rows + row] * 0.999999f)]);
        var work = LargestInside(formula, [.. Enumerable.Range(0, RandomFormula.Tasks.Length).Select(t => scores[t * rows + row])]);
        return double.IsFinite(expected) && Math.Abs(near - expected) <= 1e-3 * Math.Abs(expected) && work < 1e6 * Math.Abs(expected) && work < 1e6;
    }

    static double LargestInside(FormulaNode node, IReadOnlyList<float> scores) => Math.Max(
        Math.Abs(RandomFormula.Value(node, scores)),
        node switch
        {
            UnaryNode unary => LargestInside(unary.Of, scores),
            BinaryNode binary => Math.Max(LargestInside(binary.Left, scores), LargestInside(binary.Right, scores)),
            _ => 0,
        });
}
