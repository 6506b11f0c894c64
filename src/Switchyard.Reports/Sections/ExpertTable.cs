using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Reports;

/// <summary>What the gates of every layer come to, in one table.</summary>
static class ExpertTable
{
    const string None = "–";

    /// <param name="models">The name of every model, empty where there is one, and its layers.</param>
    /// <returns>Null where no layer has gates that choose.</returns>
    public static Figure? Of(ImmutableArray<(string Model, ImmutableArray<LayerView> Layers)> models)
    {
        var told = (from model in models from layer in LayerView.Told(model.Layers) where layer.Fixed is null select (model.Model, Layer: layer)).ToList();
        if (told.Count == 0) return null;
        var several = models.Length > 1 || models[0].Model.Length > 0;
        return new Figure
        {
            Id = "expert-use",
            Title = "What the gates come to, layer by layer",
            Description = "In effect: e to the entropy of all rows' mean weights, so 1 where one expert does all and their number where all count alike. Found: collapse, gates that rest on one expert, and experts that are dead or hardly used. Mainly one's: the experts that a single gate uses, with their part of its weight. The words are explained above.",
            Kind = FigureKind.Table,
            Encoding = new Encoding(),
            Columns =
            [
                .. several ? new[] { new Column("model", "Model") } : [],
                new("layer", "Layer"), new("effective", "In effect"), new("found", "Found"), new("shared", "Shared by all"), new("single", "Mainly one's"),
            ],
            Rows = [.. told.Select(t => (FigureValue[])[.. several ? new FigureValue[] { t.Model } : [], .. Row(t.Layer, models.First(m => m.Model == t.Model).Layers)])],
        };
    }

    static FigureValue[] Row(LayerView layer, ImmutableArray<LayerView> all) =>
    [
        layer.Title,
        string.Create(CultureInfo.InvariantCulture, $"{layer.EffectiveExperts:0.0} of {layer.Experts}"),
        Found(layer),
        Shared(layer, ExpertWords.SharedOf(layer, all)),
        layer.Single.IsEmpty ? None : ExpertWords.Singles(layer),
    ];

    static string Shared(LayerView layer, ImmutableArray<int>? shared) => shared is { } experts ? $"{(experts.IsEmpty ? "none" : Words.List(experts.Select(layer.ExpertName)))} (gates of {ExpertWords.Gates(layer)})" : None;

    static string Found(LayerView layer)
    {
        if (!layer.IsJudged) return "not judged";
        List<string> found =
        [
            .. layer.Collapsed.IsEmpty ? [] : new[] { $"collapsed onto {Words.List(layer.Collapsed.Select(layer.ExpertName))}" },
            .. layer.Resting.IsEmpty || !layer.Collapsed.IsEmpty ? [] : new[] { $"rest on one: {ExpertWords.Resting(layer)}" },
            .. ExpertWords.Idle(layer),
        ];
        return found.Count == 0 ? "nothing" : string.Join("; ", found);
    }
}
