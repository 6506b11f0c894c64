using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Generation;

namespace Switchyard.Comparison;

/// <summary>A generated log in a folder of its own, with what was planted in it, and the models trained on it.</summary>
/// <param name="Folder">Holds the log, its configuration, its truth and the models.</param>
/// <param name="World">What was generated; its seed is the models' too.</param>
/// <param name="Truth">What was planted.</param>
sealed record PlantedLog(string Folder, FundSearchOptions World, Truth Truth)
{
    /// <summary>The domains in order, and the family of each; only where domains are what was planted alike.</summary>
    public ImmutableArray<string> Domains => [.. Truth.Scenarios.Take(World.Domains).Select(s => s.Split('/')[1])];

    public ImmutableArray<int> DomainFamilies => Truth.Planted.Families[..World.Domains];

    /// <summary>Writes the log, unless a log of as many rows is in the folder already.</summary>
    public static PlantedLog Make(string folder, FundSearchOptions world, long rows)
    {
        var file = Path.Combine(folder, Switchyard.Run.TruthFileName);
        if (File.Exists(file) && Truth.Parse(File.ReadAllText(file)) is var there && there.Rows == rows) return new PlantedLog(folder, world, there);
        var options = new GenerateOptions { World = world, Rows = rows, Output = Path.Combine(folder, "log.csv.gz"), Force = true };
        return new PlantedLog(folder, world, Switchyard.Run.Generate(options, SilentReporter.Instance));
    }

    /// <summary>The generated configuration with these changes.</summary>
    public RunConfiguration Configuration(IEnumerable<string> changes) => RunConfiguration.Load(Folder, [$"training.seed={World.Seed}", .. changes]);

    public TrainedRun Train(RunConfiguration configuration) => Switchyard.Run.Train(configuration, null, SilentReporter.Instance);

    /// <summary>Best AUC and a model's AUC on the log's own test rows, for every cell that has one.</summary>
    public IEnumerable<(BestCell Best, double Auc)> Cells(EvaluationReport report) =>
        from best in Truth.Best
        where best.BestAuc is not null
        select (best, report.Cells.Single(c => c.Level == "leaf" && c.Scenario == best.Scenario && c.Task == best.Task).Metrics.Auc!.Value);

    /// <summary>Which experts the log's own test rows choose.</summary>
    public ExpertUse Count(TrainedRun run, IEnumerable<string> changes)
    {
        var configuration = Configuration(changes);
        using var data = Dataset.OpenOrImport(configuration.Data, run.Ranker.Schema, configuration.BaseDirectory, configuration.ColumnDirectory);
        using var rows = data.Open(Part.Test);
        return ExpertUse.Count(run.Ranker, rows);
    }
}
