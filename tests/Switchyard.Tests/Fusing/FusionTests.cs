using System.Security.Cryptography;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Testing;

namespace Switchyard.Tests;

public sealed class FusionTests
{
    const string File = "model/fusion.yaml";

    static readonly Schema Schema = TinyData.Schema([2, 3], [-1, 0]) with
    {
        Levels = [new ScenarioLevel("page", ["home", "a/b"]), new ScenarioLevel("country", ["DE", "*", "FR"])],
        Tasks = [new TaskInfo("click", -1, 1), new TaskInfo("book", 0, 1)],
    };

    [Fact]
    public void Default_AnyScores_AreThoseOfTheLastTask()
    {
        var fusion = Fusion.Default(Schema);
        var fused = new float[2];

        fusion.Evaluate(fusion.Scenario([0, -1]), [0.1f, 0.2f, 0, 1e-30f], 2, fused);

        fused.ShouldBe([0, 1e-30f]);
        fusion.Version.ShouldBe("last-task");
        fusion.IsDefault.ShouldBeTrue();
        fusion.Rule(0).ToString().ShouldBe("book");
    }

    [Fact]
    public void Parse_AFile_IsKnownByItsBytes()
    {
        var one = Parse("formula: click * book\n");

        one.Digest.ShouldBe(Convert.ToHexStringLower(SHA256.HashData("formula: click * book\n"u8)));
        one.Version.ShouldBe(one.Digest![..12]);
        Parse("formula: click * book\n").Version.ShouldBe(one.Version);
        Parse("formula: click * book # the same\n").Version.ShouldNotBe(one.Version);
    }

    /// <summary>A name of a task alone is its score, bit for bit, from 1e-12 on.</summary>
    [Fact]
    public void Evaluate_OneTask_HasItsBits()
    {
        var random = new SeededRandom(1, "bits");
        var scores = new float[2000];
        for (var i = 0; i < scores.Length; i++) scores[i] = (float)Math.Pow(10, -11.9 * random.NextDouble());
        var fused = new float[1000];

        Parse("formula: book").Evaluate(0, scores, 1000, fused);

        fused.ShouldBe(scores[1000..]);
    }

    [Fact]
    public void Evaluate_Scenarios_TheMostSpecificEntryWins()
    {
        var fusion = Parse("""
            formula: w + 0 * click
            weights: {w: 1}
            scenarios:
              "*": {weights: {w: 2}}
              home: {weights: {w: 3}}
              "*/FR": {weights: {w: 4}}
              home/FR: {formula: 10 * w}
              a\/b/\*: {weights: {w: 5}}
            """);

        float[] Of(int page, int country)
        {
            var fused = new float[1];
            fusion.Evaluate(fusion.Scenario([page, country]), [0.5f, 0.5f], 1, fused);
            return fused;
        }

        Of(0, 0).ShouldBe([3]);
        Of(0, -1).ShouldBe([3]);
        Of(1, 0).ShouldBe([2]);
        Of(-1, -1).ShouldBe([2]);
        Of(1, 1).ShouldBe([5]);
        Of(1, 2).ShouldBe([4]);
        Of(-1, 2).ShouldBe([4]);
        // Its formula is its own; the weight is that of the next wider entry, which names the coarser level.
        Of(0, 2).ShouldBe([30]);
        fusion.Rule(fusion.Scenario([0, 2])).ToString().ShouldBe("10 * w (w = 3)");
    }

    [Fact]
    public void Evaluate_Batch_EqualsRowByRow()
    {
        var fusion = Parse("formula: click^w * book\nweights: {w: 1}\nscenarios: {home: {weights: {w: 0.3}}}");
        using var pool = new WorkerPool(1);
        for (var seed = 0ul; seed < 50; seed++)
        {
            var batch = TinyData.Rows(Schema, 1 + (int)seed * 3, seed, unknown: 0.2);
            var random = new SeededRandom(seed, "scores");
            var scores = new float[2 * batch.Count];
            for (var i = 0; i < scores.Length; i++) scores[i] = (float)random.NextDouble();
            var fused = new float[batch.Count];

            fusion.Evaluate(batch, scores, fused);

            for (var row = 0; row < batch.Count; row++)
            {
                var one = new float[1];
                fusion.Evaluate(fusion.Scenario([batch.Nodes(0)[row], batch.Nodes(1)[row]]), [scores[row], scores[batch.Count + row]], 1, one);
                one[0].ShouldBe(fused[row]);
            }

            Allocations.Of(pool, 2, 5, () => fusion.Evaluate(batch, scores, fused)).ShouldBe(0);
        }
    }

    [Theory]
    [InlineData("log(click - book)", "fusion log(click - book) has no finite value for row 2: click = 0.5, book = 0.5; ")]
    [InlineData("1 / (click - book)", "for row 2")]
    [InlineData("click^-4 * 1e38", "for row 1")]
    [InlineData("exp(1000 * click)", "for row 1")]
    public void Evaluate_NoFiniteValue_NamesFormulaAndScores(string formula, string message) =>
        Should.Throw<InputException>(() => Parse($"formula: {formula}").Evaluate(0, [0.6f, 0.5f, 0.1f, 0.5f], 2, new float[2])).Message.ShouldContain(message);

    [Fact]
    public void Evaluate_ScoresOfZero_AreReadAsTheLeastThereIs()
    {
        var fused = new float[2];

        Parse("formula: log(click) - 1 / book^0.5").Evaluate(0, [0, 0.5f, 0, 0], 2, fused);

        fused[0].ShouldBe((float)(Math.Log(1e-12) - 1e6));
    }

    [Fact]
    public void Evaluate_NoNumber_IsRefused() =>
        Should.Throw<InputException>(() => Parse("formula: click + book").Evaluate(0, [float.NaN, 0.5f], 1, new float[1])).Message.ShouldContain("click = NaN");

    [Theory]
    [InlineData("weights: {a: 1}", "model/fusion.yaml:1:1: key 'formula' is missing")]
    [InlineData("formula: clik", "model/fusion.yaml:1:10: formula 'clik', character 1: 'clik' is neither a task nor a weight; did you mean 'click'?")]
    [InlineData("formula: click\nweights: {a: 1}", "model/fusion.yaml:2:11: weights: no formula names 'a'.")]
    [InlineData("formula: click * a\nweights: {a: x}", "model/fusion.yaml:2:14: weights.a: expected a number, found 'x'.")]
    [InlineData("formula: click * a\nweights: {a: .inf}", "weights.a: expected a number")]
    [InlineData("formula: click * book\nweights: {book: 1}", "weights: 'book' is a task")]
    [InlineData("formula: click\nscenarios: {hme: {}}", "model/fusion.yaml:2:13: scenarios: scenario 'hme': page has no 'hme'. Did you mean 'home'?")]
    [InlineData("formula: click\nscenarios: {home/DE/x: {}}", "has 3 nodes, the model's levels are page, country")]
    [InlineData("formula: click\nscenarios: {home: {}, home/*: {}}", "scenarios: 'home/*' stands there twice")]
    [InlineData("formula: click\nscenarios: {home: {formula: click +}}", "scenarios: formula 'click +', character 8")]
    [InlineData("formula: click * a\nscenarios: {home: {weights: {a: 1}}}", "weight 'a' has a value in some scenarios and none here")]
    [InlineData("formula: click\nfoo: 1", "unknown key 'foo'")]
    [InlineData("[]", "expected a mapping")]
    [InlineData("formula: ${HOME}", "environment variable HOME is not set")]
    public void Parse_WrongFile_SaysWhereAndWhat(string yaml, string message) => Should.Throw<InputException>(() => Parse(yaml)).Message.ShouldContain(message);

    [Fact]
    public void Parse_OfAnotherModel_IsRefused()
    {
        Fusion.Parse("formula: click\nmodel: aa", File, Schema, "aa").IsDefault.ShouldBeFalse();
        Should.Throw<InputException>(() => Fusion.Parse("formula: click\nmodel: aa", File, Schema, "bb"))
            .Message.ShouldBe("model/fusion.yaml:2:1: model: these weights were searched for a model with weights aa, this one has bb; run switchyard fuse again, or remove this line to use them as they are.");
    }

    static Fusion Parse(string yaml) => Fusion.Parse(yaml, File, Schema);
}
