using System.Globalization;
using Switchyard.Generation;

namespace Switchyard.Comparison;

/// <summary>
/// Where selecting experts pays: models trained on the very same logs of worlds whose truth is known, against number of scenarios,
/// imbalance and rows. Every run is kept in the folder; what is there is not trained again.
/// </summary>
static class Selection
{
    /// <summary>Rows every model of a world is measured on.</summary>
    const int MeasuredRows = 48_000;

    /// <summary>Trains what is not there yet, then prints a line for every run and a summary over the seeds.</summary>
    /// <param name="folder">Where logs, models and results are put.</param>
    /// <param name="seeds">The seeds: of the world, the log and the models.</param>
    /// <param name="rows">Numbers of rows.</param>
    /// <param name="only">Names of the models to train; empty for all. Results of the others that are there are printed too.</param>
    public static void Run(string folder, SeedRange seeds, IReadOnlyList<long> rows, IReadOnlyList<string> only)
    {
        var worlds = SelectionWorld.Grid(rows);
        foreach (var seed in seeds)
        {
            var held = new Dictionary<int, HeldOutRows>();
            foreach (var world in worlds)
            {
                foreach (var model in SelectionModel.All.Where(m => only.Count == 0 || only.Contains(m.Name)))
                {
                    var result = ResultFile(folder, world, model, seed);
                    if (File.Exists(result)) continue;
                    if (!held.TryGetValue(world.Domains, out var measured))
                    {
                        var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"held-out-{world.Domains}-{seed}.csv"));
                        // A log has fewer searches than rows.
                        held[world.Domains] = measured = HeldOutRows.Write(file, world.Options(seed), rows.Max(), MeasuredRows);
                    }

                    var run = Train(folder, world, model, seed, measured);
                    run.Write(result);
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{world.Name}, {model.Name}, seed {seed}: mean gap {run.Gap:0.0000}"));
                }
            }
        }

        var runs =
            (from world in worlds
             from model in SelectionModel.All
             from seed in seeds
             let run = SelectionRun.Read(ResultFile(folder, world, model, seed))
             where run is not null
             select run).ToList();
        SelectionTables.Print(runs);
    }

    static string ResultFile(string folder, SelectionWorld world, SelectionModel model, ulong seed) =>
        Path.Combine(folder, "results", string.Create(CultureInfo.InvariantCulture, $"{world.Folder}-{model.Name}-{seed}.json"));

    static SelectionRun Train(string folder, SelectionWorld world, SelectionModel model, ulong seed, HeldOutRows held)
    {
        var log = PlantedLog.Make(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{world.Folder}-{seed}")), world.Options(seed), world.Rows);
        // Noise and learning rate fall over the planned epochs: all are trained, and the best by validation is kept. Small logs need small
        // batches, or their steps are too few to learn anything. Nothing is timed and results do not depend on threads: one each, so that
        // seeds can run side by side.
        string[] changes =
        [
            $"model={model.Setting}", string.Create(CultureInfo.InvariantCulture, $"training.epochs={world.Epochs}"),
            "training.batch_size=256", "training.patience=0", "training.threads=1",
        ];
        var configuration = log.Configuration(changes);
        var run = log.Train(configuration);
        var (auc, work) = held.Measure(run.Ranker, configuration);
        var shares = log.Truth.Planted.ImpressionShares;
        var (leaves, tasks) = (shares.Length, log.Truth.Planted.Rates[0].Length);
        double Of(AucCounter counter, int leaf) => Enumerable.Range(0, tasks).Average(task => counter.Auc(leaf, task)!.Value);
        double Gap(int leaf) => Of(held.Best, leaf) - Of(auc, leaf);
        int? Leaf(double share) => shares.Min() == shares.Max() ? null : shares.IndexOf(share);
        var planted = model.Selects && world.Domains > 2 ? Overlap(log, held.Count(run.Ranker, configuration)) : null;
        return new SelectionRun(
            world.Name,
            model.Name,
            seed,
            run.Training.BestEpoch,
            Enumerable.Range(0, leaves).Average(leaf => Of(auc, leaf)),
            Enumerable.Range(0, leaves).Average(Gap),
            Leaf(shares.Max()) is { } largest ? Gap(largest) : null,
            Leaf(shares.Min()) is { } smallest ? Gap(smallest) : null,
            run.Ranker.Parameters.TrainedValues,
            2.0 * work.Active / MeasuredRows,
            planted?.Alike,
            planted?.Apart,
            planted?.P);
    }

    static (double Alike, double Apart, double P)? Overlap(PlantedLog log, ExpertUse use)
    {
        var families = log.DomainFamilies;
        var shares = PlantedGate.Domain.Uses(use, "domain", log.Domains).Select(g => g[ExpertKind.Shared]).ToList();
        var (alike, apart) = PlantedOverlap.Means(shares, families);
        return (alike, apart, PlantedOverlap.ByScenario(shares, families));
    }
}
