using System.Text;
using System.Text.RegularExpressions;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard;

/// <summary>
/// The fusion.yaml of a bundle, for the bundle that an update makes of it: without it, the update of a model would silently rank by its last
/// task. What is written by hand is taken as it is. Weights that were searched are near those of the updated model, but not its own: they
/// go with it, and whoever updates is told to search again.
/// </summary>
sealed partial class CarriedFusion
{
    readonly Fusion _fusion;

    CarriedFusion(Fusion fusion) => _fusion = fusion;

    /// <summary>That of a bundle; null where it has none, or none that may be used with it, which is said.</summary>
    public static CarriedFusion? Of(LoadedBundle start, IRunReporter reporter)
    {
        try
        {
            var fusion = Fusion.Load(start);
            return fusion.IsDefault ? null : new CarriedFusion(fusion);
        }
        catch (InputException e)
        {
            reporter.Warning(NotCarried(e));
            return null;
        }
    }

    /// <summary>The text for a model with a grown schema, any weights; null where it is not valid for it, which is said.</summary>
    public string? TextFor(Schema schema, IRunReporter reporter)
    {
        var text = _fusion.SearchedFor is { } model ? ModelLine.Replace(_fusion.Text!, $"# Searched for weights {model}, before an update.", 1) : _fusion.Text!;
        try
        {
            // In place of a digest that is not known yet: a key that is still there is refused.
            _ = Fusion.Parse(text, Fusion.FileName, schema, "others");
        }
        catch (InputException e)
        {
            reporter.Warning(NotCarried(e));
            return null;
        }

        if (_fusion.SearchedFor is null) reporter.Message($"{Fusion.FileName} of the bundle is carried over as it is");
        else reporter.Warning($"{Fusion.FileName} is carried over, but its weights were searched for the model before the update: search them again with switchyard fuse");
        return text;
    }

    public static void Save(string folder, string text)
    {
        using var stream = new FileStream(Path.Combine(folder, Fusion.FileName), FileMode.Create);
        stream.Write(Encoding.UTF8.GetBytes(text));
        // As the weights: the bundle has its name only when all of it is on the disk.
        stream.Flush(flushToDisk: true);
    }

    static string NotCarried(InputException e) => $"{Fusion.FileName} of the bundle is not carried over: {e.Message}";

    [GeneratedRegex(@"^model[ \t]*:[^\r\n]*", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ModelLine { get; }
}
