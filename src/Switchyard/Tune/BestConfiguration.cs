using System.Globalization;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Writes the best trial as a run of its own.</summary>
static class BestConfiguration
{
    /// <summary>The whole configuration with the first seed; its paths are right where the file is put.</summary>
    /// <param name="tune">The search.</param>
    /// <param name="best">Its best trial.</param>
    public static void Write(TuneConfiguration tune, TrialScore best)
    {
        var run = best.Trial.WithSeed(tune.Options.Seeds[0]);
        var folder = tune.OutputDirectory;
        var located = run.Data.Located(run.BaseDirectory);
        var moved = run with
        {
            Name = $"{run.Name}-best",
            // Beside the output of the run that was tuned, whose column file it shares.
            Output = Path.GetRelativePath(folder, $"{run.OutputDirectory}-best"),
            Data = located with
            {
                Sources = [.. located.Sources.Zip(run.Data.Sources, (full, own) => full.Path is null || full.Path == own.Path ? full : full with { Path = Path.GetRelativePath(folder, full.Path) })],
            },
        };
        var settings = string.Concat(best.Trial.Settings.Select(s => $"#   {s.Key}: {s.Text}\n"));
        TextFile.Write(tune.BestFile, writer => writer.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"# {best.Trial.Label} of switchyard tune: {run.Training.Monitor} {best.Mean:0.0000} on the validation rows, {CountText.Of(tune.Options.Seeds.Length, "seed")}.\n{settings}{moved.ToYaml()}")));
    }
}
