namespace Switchyard.Cli.Tests;

/// <summary><c>train --init-from</c> a bundle with a fusion.yaml.</summary>
public sealed class UpdateFusionTests : IDisposable
{
    readonly CliRun _run = new();

    public UpdateFusionTests() => _run.Train("training.epochs=1").ShouldSucceed();

    string Start => _run.Bundle;

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("formula: click^a * buy\nweights: {a: 0.5}\n", null, "fusion.yaml of the bundle is carried over as it is")]
    [InlineData("formula: click^a * buy\nweights: {a: 0.5}\nmodel: DIGEST\n", "# Searched for weights DIGEST, before an update.", "its weights were searched for the model before the update: search them again with switchyard fuse")]
    public void Train_InitFrom_CarriesTheFusionOver(string yaml, string? comment, string said)
    {
        var digest = _run.WeightsDigest();
        yaml = yaml.Replace("DIGEST", digest, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(Start, Fusion.FileName), yaml);

        var result = Update().ShouldSucceed();

        result.Error.ShouldContain(said);
        File.ReadAllText(Path.Combine(_run.Place("runs/next/model"), Fusion.FileName))
            .ShouldBe(comment is null ? yaml : yaml.Replace($"model: {digest}", comment.Replace("DIGEST", digest, StringComparison.Ordinal), StringComparison.Ordinal));
        CliRun.Run("predict", _run.Place("runs/next/model"), "--input", _run.Place("next.csv"), "--output", _run.Place("scores.csv")).ShouldSucceed();
        _run.ReadLines("scores.csv")[0].ShouldEndWith(",fused");
    }

    [Theory]
    [InlineData("formula: click^save\nweights: {save: 0.5}\n", "save")]
    [InlineData("{formula: click^a, weights: {a: 0.5}, model: DIGEST}\n", "run switchyard fuse again")]
    [InlineData("formula: click\nmodel: 0123\n", "0123")]
    public void Train_InitFromAFusionThatDoesNotFit_LeavesItBehindAndSaysSo(string yaml, string reason)
    {
        File.WriteAllText(Path.Combine(Start, Fusion.FileName), yaml.Replace("DIGEST", _run.WeightsDigest(), StringComparison.Ordinal));

        var result = Update().ShouldSucceed();

        result.Error.Split('\n').ShouldContain(l => l.Contains("fusion.yaml of the bundle is not carried over: ", StringComparison.Ordinal) && l.Contains(reason, StringComparison.Ordinal));
        File.Exists(Path.Combine(_run.Place("runs/next/model"), Fusion.FileName)).ShouldBeFalse();
    }

    // With a new task, save.
    CliResult Update()
    {
        File.Copy(_run.Place("rows.csv"), _run.Place("next.csv"));
        const string tasks = "tasks={click: click, save: click, buy: {label: buy, given: click}, like: {label: rating >= 4, mask: rating is present, weight: 0.5}}";
        return CliRun.Run(["train", _run.Configuration, "--init-from", Start, "--set", "name=next", "--set", "sources=next.csv", "--set", tasks, "--set", "training.epochs=1"]);
    }
}
