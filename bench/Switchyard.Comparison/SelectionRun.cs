using System.Text.Json;

namespace Switchyard.Comparison;

/// <summary>What a model came to on one log. Gaps are AUC of the true probability minus AUC of the model.</summary>
/// <param name="World">Name of the log's world.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Seed">Seed of both.</param>
/// <param name="BestEpoch">Epoch whose weights were kept.</param>
/// <param name="Auc">Mean over leaf scenarios and tasks.</param>
/// <param name="Gap">Mean over leaf scenarios and tasks.</param>
/// <param name="LargestScenario">Mean gap over tasks of the scenario with the most rows; null where shares are equal.</param>
/// <param name="SmallestScenario">The same of the one with the fewest.</param>
/// <param name="Weights">Trained weights.</param>
/// <param name="Flops">FLOPs of the matrix products of a scored row that are executed.</param>
/// <param name="Alike">Mean overlap of the shared experts chosen in domains planted alike; null where nothing is chosen or there are but two domains.</param>
/// <param name="Apart">The same of domains planted apart.</param>
/// <param name="P">Exact p of the difference, the domain as unit.</param>
sealed record SelectionRun(
    string World,
    string Model,
    ulong Seed,
    int BestEpoch,
    double Auc,
    double Gap,
    double? LargestScenario,
    double? SmallestScenario,
    long Weights,
    double Flops,
    double? Alike,
    double? Apart,
    double? P)
{
    /// <summary>What was kept of a run; null where there is none.</summary>
    public static SelectionRun? Read(string file) => File.Exists(file) ? JsonSerializer.Deserialize<SelectionRun>(File.ReadAllText(file)) : null;

    public void Write(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file + ".part", JsonSerializer.Serialize(this));
        File.Move(file + ".part", file, overwrite: true);
    }
}
