using System.Globalization;
using System.Text;

namespace Switchyard.Cli.Tests;

/// <summary>Ways to say the same must give the same model, bit for bit.</summary>
public sealed class EquivalenceTests
{
    [Fact]
    public void Train_SameSeedTwice_SameWeights()
    {
        using var run = new CliRun();
        run.Train("output=runs/a").ShouldSucceed();
        run.Train("output=runs/b").ShouldSucceed();
        run.Train("output=runs/c", "training.seed=2").ShouldSucceed();

        run.WeightsDigest("b").ShouldBe(run.WeightsDigest("a"));
        run.WeightsDigest("c").ShouldNotBe(run.WeightsDigest("a"));
    }

    [Theory]
    [InlineData("model={name: aesm2, experts: 5, specific: 2, noise: {sigma: 0.5, decay: cosine}, expert: {widths: [16, 8], batch_norm: true, dropout: 0.2}}")]
    [InlineData("model={name: mmoe, experts: 3, expert: {widths: [16, 8], batch_norm: true, dropout: 0.2}}")]
    [InlineData("training.embeddings=exact")]
    public void Train_OneThreadOrThree_SameWeights(string setting)
    {
        using var run = new CliRun();
        run.Train("output=runs/a", setting, "training.threads=1", "training.batch_size=256").ShouldSucceed();
        run.Train("output=runs/b", setting, "training.threads=3", "training.batch_size=256").ShouldSucceed();

        run.WeightsDigest("b").ShouldBe(run.WeightsDigest("a"));
    }

    [Theory]
    [InlineData("rows.tsv")]
    [InlineData("rows.csv.gz")]
    [InlineData("part-*.csv")]
    [InlineData("[part-1.csv, part-2.csv]")]
    [InlineData("bom.csv")]
    [InlineData("crlf.csv")]
    [InlineData("utf16.csv")]
    [InlineData("quoted.csv")]
    public void Train_SameRowsInAnotherForm_SameWeights(string sources)
    {
        using var run = new CliRun();
        var lines = run.ReadLines("rows.csv");
        run.Write("rows.tsv", lines.Select(l => l.Replace(',', '\t')));
        run.Compress("rows.csv", "rows.csv.gz");
        run.Write("part-1.csv", lines.Take(301));
        run.Write("part-2.csv", lines.Skip(301).Prepend(CliRun.Header));
        File.WriteAllText(run.Place("bom.csv"), string.Join('\n', lines), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        File.WriteAllText(run.Place("crlf.csv"), string.Join("\r\n", lines));
        File.WriteAllText(run.Place("utf16.csv"), string.Join('\n', lines), Encoding.Unicode);
        run.Write("quoted.csv", lines.Select(l => string.Join(',', l.Split(',').Select(v => $"\"{v}\""))));

        run.Train("output=runs/a").ShouldSucceed();
        run.Train("output=runs/b", $"sources={sources}").ShouldSucceed();

        run.WeightsDigest("b").ShouldBe(run.WeightsDigest("a"));
    }

    [Fact]
    public void Train_SeparateFiles_SameWeightsAsConditions()
    {
        using var run = new CliRun();
        var lines = run.ReadLines("rows.csv").Skip(1).ToLookup(l => int.Parse(l.Split(',')[^1], CultureInfo.InvariantCulture) switch { <= 7 => "train", 8 => "validation", _ => "test" });
        foreach (var part in lines) run.Write($"{part.Key}.csv", part.Prepend(CliRun.Header));

        run.Train("output=runs/a").ShouldSucceed();
        run.Train(
            "output=runs/b", "split={}",
            "sources=[{path: train.csv, part: train}, {path: validation.csv, part: validation}, {path: test.csv, part: test}]").ShouldSucceed();

        run.WeightsDigest("b").ShouldBe(run.WeightsDigest("a"));
    }

    [Fact]
    public void Train_JoinedColumns_SameWeightsAsOneFile()
    {
        using var run = new CliRun();
        var lines = run.ReadLines("rows.csv").Select(l => l.Split(',')).ToArray();
        run.Write("left.csv", lines.Select(v => string.Join(',', v.Where((_, i) => i != 7))));
        run.Write("right.csv", lines.Select(v => $"{v[0]},{v[7]}"));

        run.Train("output=runs/a").ShouldSucceed();
        run.Train("output=runs/b", "sources=[left.csv, {path: right.csv, join_on: id}]").ShouldSucceed();

        run.WeightsDigest("b").ShouldBe(run.WeightsDigest("a"));
    }

    [Fact]
    public void Train_NewlineInsideQuotes_IsOneRow()
    {
        using var run = new CliRun();
        run.Write("odd.csv", run.ReadLines("rows.csv").Select((l, i) => i == 5 ? l.Replace(",u", ",\"two\nlines \"\"and\"\" a comma, u", StringComparison.Ordinal).Replace(",s0", "\",s0", StringComparison.Ordinal) : l));

        run.Import("sources=odd.csv").ShouldSucceed().Output.ShouldContain("600 rows read");
    }
}
