using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Switchyard.Serving;

/// <summary>Where models lie, and how they are looked after.</summary>
public sealed record ModelFolderOptions
{
    [Description("Folder of models, NAME/VERSION each a bundle; or a single bundle.")]
    [Required]
    public required string Path { get; init; }

    [Description("Name of the model where path is a single bundle; empty: the folder's name.")]
    public string Name { get; init; } = "";

    [Description("Seconds between two looks for new versions; where the file system reports changes, they are seen at once as well.")]
    [Range(0.05, 3600)]
    public double PollSeconds { get; init; } = 2;

    [Description("Requests that a new version scores before it serves.")]
    [Range(1, 100_000)]
    public int WarmUpRequests { get; init; } = 20;

    [Description("Items of each of them.")]
    [Range(1, 10_000)]
    public int WarmUpItems { get; init; } = 50;

    [Description("What to do with a scenario that training has not seen: model = what its configuration says, average = score it with the mean embedding of its siblings, refuse.")]
    public UnknownScenarioRule UnknownScenario { get; init; }
}
