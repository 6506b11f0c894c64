using System.Globalization;

namespace Switchyard.Reports;

/// <summary>The experts of the logged training batches, one after the other.</summary>
/// <param name="log">The run's log.</param>
sealed class ExpertsOverTime(TrainingLog log)
{
    /// <summary>Cells of the figure, so that the file stays small.</summary>
    const int MostCells = 12_000;

    const int MostBatches = 60;

    public Section? Build()
    {
        if (log.Experts.IsEmpty) return null;
        var first = log.Structure.Name(TrainingLog.ViewsOf(log.Experts[0]));
        var cells = first.Sum(l => Gates(l).Count() * l.Experts);
        if (cells == 0) return null;
        var batches = TrainingLog.Thin(log.Experts, Math.Clamp(MostCells / cells, 2, MostBatches));
        return new Section("experts-over-time", "Experts over training", [], [new Figure
        {
            Id = "experts-over-time",
            Title = "Use of every expert over training",
            Description = $"A row is an expert, a column a training batch that was logged; the darker, the more the expert counts in the mixture. A row that turns pale is an expert that dies; one dark row among pale ones is a gate that collapses. {Ends()}",
            Kind = FigureKind.Heat,
            Encoding = new Encoding { X = "step", Y = "expert", Value = "weight", Scale = "sequential" },
            Columns = [new("layer", "Layer"), new("gate", "Gate"), Column.Integer("step", "Step"), new("expert", "Expert"), Column.Number("weight", "Mean weight", 3)],
            Rows = [.. batches.SelectMany(e => log.Structure.Name(TrainingLog.ViewsOf(e)).SelectMany(l => Gates(l).SelectMany(g =>
                g.Weight.Select((w, k) => new FigureValue[] { l.Title, g.Name, e.Step, l.ExpertName(k), w }))))],
            Select = ["layer", "gate"],
            Note = "Training batches, with the noise of training in their gates.",
        }]);
    }

    static IEnumerable<GateView> Gates(LayerView layer) => new[] { layer.Total }.Concat(layer.Own.Where(g => g != layer.Total)).Take(13);

    string Ends() => string.Join(" ", log.Structure.Name(TrainingLog.ViewsOf(log.Experts[0])).Zip(log.Structure.Name(TrainingLog.ViewsOf(log.Experts[^1]))).Where(p => p.First is { IsScenarioAttention: false, Fixed: null }).Select(p =>
        string.Create(CultureInfo.InvariantCulture, $"{p.First.Title}: from {p.First.EffectiveExperts:0.0} to {p.Second.EffectiveExperts:0.0} of {p.First.Experts} experts in effect.")));
}
