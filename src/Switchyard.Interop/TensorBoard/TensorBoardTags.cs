using System.Globalization;

namespace Switchyard.Interop;

/// <summary>The scalars of metric events. What stands before the first / is a group in TensorBoard.</summary>
static class TensorBoardTags
{
    public static IEnumerable<(string Tag, double Value)> Of(StepEvent step)
    {
        foreach (var (task, loss) in step.Tasks) yield return ($"loss/{task}", loss);
        foreach (var (term, value) in step.Auxiliary) yield return ($"auxiliary/{term}", value);
        if (step.Auxiliary.Count > 0) yield return ("auxiliary/all", step.AuxiliaryLoss);
        yield return ("training/loss", step.Loss);
        yield return ("training/rate", step.Rate);
        yield return ("training/rows_per_second", step.RowsPerSecond);
    }

    /// <summary>The rows of all scenarios and tasks together: a scalar for every node would be more than a person looks through.</summary>
    public static IEnumerable<(string Tag, double Value)> Of(ExpertsEvent experts)
    {
        foreach (var layer in experts.Layers)
        {
            var all = layer.Gates[0];
            for (var k = 0; k < layer.Experts; k++)
            {
                var expert = k.ToString(CultureInfo.InvariantCulture);
                if (all.Specific.Length > 0) yield return ($"specific/{layer.Name}/{expert}", all.Specific[k]);
                if (all.Shared.Length > 0) yield return ($"shared/{layer.Name}/{expert}", all.Shared[k]);
                yield return ($"weight/{layer.Name}/{expert}", all.Weight[k]);
            }
        }
    }

    public static IEnumerable<(string Tag, double Value)> Of(ValidationEvent validation)
    {
        if (validation.Value is { } value) yield return ("validation/monitor", value);
        foreach (var cell in validation.Cells)
        {
            var place = cell.Column is null ? $"all/{cell.Task}" : $"{cell.Column}/{cell.Scenario}/{cell.Task}";
            if (cell.Auc is { } auc) yield return ($"auc/{place}", auc);
            if (cell.LogLoss is { } loss) yield return ($"log_loss/{place}", loss);
        }
    }
}
