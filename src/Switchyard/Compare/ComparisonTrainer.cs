using System.Globalization;
using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard;

/// <summary>Trains the runs of a comparison that have no result yet.</summary>
sealed class ComparisonTrainer(
    ComparisonConfiguration comparison, CompareOptions options, ComparisonRuns runs, ComparisonFolder folder, IRunReporter reporter, CancellationToken cancellation)
{
    readonly ComparisonClock _clock = new();

    public void TrainMissing()
    {
        var wanted = runs.Planned
            .Where(p => (options.Only.IsEmpty || options.Only.Contains(p.Variant.Name)) && (options.Seeds.IsEmpty || options.Seeds.Contains(p.Seed)))
            .DistinctBy(p => p.Digest)
            .ToList();
        var missing = wanted.Where(run => !IsDone(run)).ToList();
        if (wanted.Count > missing.Count) reporter.Message($"{wanted.Count - missing.Count} of {wanted.Count} runs are finished already");
        foreach (var line in FormerResults.Describe(missing, folder)) reporter.Message(line);
        var locked = new List<PlannedRun>();
        for (var i = 0; i < missing.Count; i++)
        {
            var run = missing[i];
            if (IsDone(run))
            {
                reporter.Message($"run {i + 1} of {missing.Count}: {run.Name}: another process has finished it");
                continue;
            }

            var left = _clock.Left(missing.Skip(i).Select(m => m.Variant.Name));
            reporter.Message($"run {i + 1} of {missing.Count}: {run.Name}{(left is { } seconds ? $"; about {ByteText.OfSeconds(seconds)} left" : "")}");
            try
            {
                if (!Train(run)) locked.Add(run);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                reporter.Message($"{wanted.Count - missing.Count + i} of {wanted.Count} runs are finished; the same command goes on from here");
                throw;
            }
        }

        foreach (var run in locked.Where(run => !IsDone(run)))
        {
            reporter.Message($"again: {run.Name}");
            if (!Train(run)) reporter.Warning($"{run.Name} is still trained by another process, and is left out; call the same command again when that one is done");
        }
    }

    /// <summary>Whether there is a result, also of a failure.</summary>
    bool IsDone(PlannedRun run)
    {
        if (folder.Find(run.Digest, runs.Rows, reporter.Warning) is not { } found) return folder.FindFailed(run.Digest) is not null;
        _clock.Add(run.Variant.Name, found.Run.Seconds);
        return true;
    }

    /// <returns>False where another process trains it now.</returns>
    bool Train(PlannedRun run)
    {
        var (variant, seed) = (run.Variant.Name, run.Seed);
        try
        {
            using var checkpoints = Open(run);
            if (checkpoints is null) return false;
            var done = Switchyard.Run.TrainCompared(comparison, run, runs.Rows, folder, checkpoints, new RunWatch { Command = options.Command }, reporter, cancellation);
            _clock.Add(variant, done.Seconds);
            reporter.Message(string.Create(
                CultureInfo.InvariantCulture, $"{run.Name}: validation {done.Monitor} {done.Validation:0.0000} (epoch {done.BestEpoch} of {done.Epochs}), {ByteText.OfSeconds(done.Seconds)}"));
        }
        catch (InputException e) when (e.InnerException is NotFiniteNumberException)
        {
            // It would diverge again: a result like any other, that stops nobody else.
            folder.Save(new FailedRun(variant, seed, run.Digest, e.Message));
            reporter.Warning($"{run.Name} failed and is left out of all differences: {e.Message}");
        }
        catch (InputException e)
        {
            throw new InputException($"variant {run.Name}: {e.Message}", e);
        }

        folder.Clear(variant, seed, run.Digest, reporter.Warning);
        return true;
    }

    CheckpointStore? Open(PlannedRun run)
    {
        var place = ComparisonFolder.CheckpointsIn(folder.WorkOf(run.Variant.Name, run.Seed, run.Digest));
        try
        {
            return new CheckpointStore(place, run.Identity, run.Run.Training.KeepCheckpoints, reporter.Warning);
        }
        catch (InputException e) when (e.InnerException is IOException)
        {
            reporter.Warning($"{run.Name} is put off: {e.Message}");
            return null;
        }
    }
}
