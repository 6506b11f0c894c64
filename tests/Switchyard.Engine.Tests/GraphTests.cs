namespace Switchyard.Engine.Tests;

public sealed class GraphTests
{
    static readonly Backward Nothing = static (g, in s) => { };

    static (ParameterSet Set, Parameter Weight) OneWeight()
    {
        var set = new ParameterSet(1);
        return (set, new Scope(set).Parameter("w", 2, 3, Init.Normal(1)));
    }

    [Fact]
    public void RunBackward_SeveralOps_RunInReverseOrder()
    {
        var (set, w) = OneWeight();
        var g = new Graph(GraphMode.Train, set);
        var order = new List<int>();
        Backward note = (g, in s) =>
        {
            order.Add(s.I);
            g.Grad(s.A)[0] += g.Grad(s.Out)[0];
        };
        var t = g.Use(w);
        for (var i = 0; i < 4; i++)
        {
            var next = g.Zeros(1, 1);
            g.Record(note, next, t, i: i);
            t = next;
        }

        g.RunBackward(t);
        order.ShouldBe([3, 2, 1, 0]);
        g.Gradients!.Of(w)[0].ShouldBe(1);
    }

    [Fact]
    public void RunBackward_OpThatDoesNotReachTheLoss_IsNotRun()
    {
        var (set, w) = OneWeight();
        var g = new Graph(GraphMode.Train, set);
        var aside = g.Zeros(1, 1);
        g.Record((g, in s) => throw new InvalidOperationException("ran"), aside, g.Use(w));
        var loss = g.Affine(g.Input([2], 1, 1, needsGrad: true), 3, 0);
        g.RunBackward(loss);
        g.HasGrad(aside).ShouldBeFalse();
    }

    [Fact]
    public void RunBackward_InputUsedTwice_GradientsAdd()
    {
        var g = new Graph(GraphMode.Train, new ParameterSet(1));
        var x = g.Input([2], 1, 1, needsGrad: true);
        g.RunBackward(g.Add(g.Affine(x, 3, 0), g.Affine(x, 4, 0)));
        g.Grad(x)[0].ShouldBe(7);
    }

    [Fact]
    public void RunBackward_Terms_AddWithTheirWeight()
    {
        var g = new Graph(GraphMode.Train, new ParameterSet(1));
        var x = g.Input([2], 1, 1, needsGrad: true);
        g.AddTerm("a", g.Affine(x, 3, 0), 0.5f);
        g.AddTerm("b", g.Affine(x, 10, 0), 2);
        g.RunBackward(g.Affine(x, 1, 0));
        g.Grad(x)[0].ShouldBe(1 + 1.5f + 20);
        g.Terms.Length.ShouldBe(2);
        g.Terms[1].Name.ShouldBe("b");
        g.Reset();
        g.Terms.Length.ShouldBe(0);
    }

    [Fact]
    public void RunBackward_ScoreMode_Throws() =>
        Should.Throw<InvalidOperationException>(() =>
        {
            var g = new Graph(GraphMode.Score, new ParameterSet(1));
            g.RunBackward(g.Zeros(1, 1));
        }).Message.ShouldContain("Train");

    [Fact]
    public void ScoreMode_NothingNeedsGradients()
    {
        var (set, w) = OneWeight();
        var g = new Graph(GraphMode.Score, set);
        g.NeedsGrad(g.Use(w)).ShouldBeFalse();
        g.NeedsGrad(g.New(2, 2)).ShouldBeFalse();
        g.AddTerm("a", g.Zeros(1, 1), 1);
        g.Terms.Length.ShouldBe(0);
        g.Gradients.ShouldBeNull();
    }

    [Fact]
    public void Reset_SecondPass_GradientsStartFromZero()
    {
        var (set, w) = OneWeight();
        var g = new Graph(GraphMode.Train, set);
        for (var pass = 0; pass < 3; pass++)
        {
            g.Reset();
            g.RunBackward(g.MeanWhere(g.Use(w), g.Input([1, 1, 1, 1, 1, 1], 2, 3)));
            g.Gradients!.Of(w).ToArray().ShouldAllBe(v => v == 1f / 6);
        }
    }

    [Fact]
    public void Record_ClosedOverNothing_StepCarriesWhatWasGiven()
    {
        var (set, w) = OneWeight();
        var g = new Graph(GraphMode.Train, set);
        var seen = default(Step);
        var (a, b, y) = (g.Use(w), g.Zeros(1, 2), g.Zeros(1, 1));
        g.Record((g, in s) => seen = s, y, a, b, 7, 2.5f, "aux");
        g.RunBackward(y);
        (seen.Out, seen.A, seen.B, seen.I, seen.F, seen.Aux).ShouldBe((y, a, b, 7, 2.5f, "aux"));
        seen.Run.ShouldNotBe(Nothing);
    }

    [Fact]
    public void Arena_AfterReset_GivesTheSameMemory()
    {
        var arena = new Arena<float>();
        for (var i = 0; i < 40; i++) arena.Take(5000);
        arena.Reset();
        var first = arena.Take(1000);
        first.Span.Fill(3);
        for (var i = 0; i < 39; i++) arena.Take(5000);
        arena.Reset();
        arena.Take(1000).Span.ToArray().ShouldAllBe(v => v == 3);
    }

    [Fact]
    public void Arena_Blocks_DoNotOverlapNorShareCacheLines()
    {
        var arena = new Arena<float>();
        var blocks = Enumerable.Range(1, 200).Select(n => (n, Block: arena.Take(n))).ToArray();
        foreach (var (n, block) in blocks) block.Span.Fill(n);
        foreach (var (n, block) in blocks) block.Span.ToArray().ShouldBe(Enumerable.Repeat((float)n, n));
        arena.Take(0).Length.ShouldBe(0);
    }

    [Fact]
    public void Arena_SteadyState_AllocatesNothing()
    {
        var arena = new Arena<int>();
        void Pass()
        {
            arena.Reset();
            for (var i = 1; i < 60; i++) arena.Take(i * 1000);
        }

        for (var i = 0; i < 3; i++) Pass();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) Pass();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void ParameterSet_NameTwice_Throws()
    {
        var scope = new Scope(new ParameterSet(1));
        scope.Parameter("w", 1, 1, Init.Constant(0));
        Should.Throw<InvalidOperationException>(() => scope.Table("w", 1, 1, Init.Constant(0))).Message.ShouldContain("w");
    }

    [Fact]
    public void ParameterSet_SameSeed_ValuesDependOnTheNameAlone()
    {
        var (alone, others) = (new ParameterSet(5), new ParameterSet(5));
        var a = new Scope(alone).Sub("layer").Parameter("w", 3, 4, Init.Linear(3));
        new Scope(others).Parameter("before", 7, 7, Init.Linear(3));
        var b = new Scope(others).Sub("layer").Parameter("w", 3, 4, Init.Linear(3));
        Numbers.Bits(others.Values(b)).ShouldBe(Numbers.Bits(alone.Values(a)));
        var other = new ParameterSet(6);
        var c = new Scope(other).Sub("layer").Parameter("w", 3, 4, Init.Linear(3));
        Numbers.Bits(other.Values(c)).ShouldNotBe(Numbers.Bits(alone.Values(a)));
        alone.Values(a).ToArray().ShouldAllBe(v => Math.Abs(v) <= 1 / MathF.Sqrt(3));
    }

    [Fact]
    public void ParameterSet_StackedMatrices_LieBehindEachOther()
    {
        var set = new ParameterSet(1);
        var p = new Scope(set).Sub("a").Sub(2).Parameter("w", 3, 4, Init.Constant(2), count: 5);
        (p.Name, p.Count, p.RowsEach, p.Rows, p.Cols, p.Length).ShouldBe(("a.2.w", 5, 3, 15, 4, 60));
        set.TrainedValues.ShouldBe(60);
        set.Values(p).ToArray().ShouldAllBe(v => v == 2);
    }

    [Fact]
    public void SeededRandom_Normal_HasMeanZeroAndVarianceOne()
    {
        var random = new SeededRandom(1, "normal");
        var draws = Enumerable.Range(0, 100_000).Select(_ => random.NextNormal()).ToArray();
        draws.Average().ShouldBe(0, 0.02);
        draws.Average(d => d * d).ShouldBe(1, 0.02);
    }
}
