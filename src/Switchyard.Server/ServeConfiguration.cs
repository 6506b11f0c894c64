using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>A serve file as it was read.</summary>
/// <param name="Options">Its keys.</param>
/// <param name="BaseDirectory">Absolute folder that its relative paths start from.</param>
public sealed record ServeConfiguration(ServeOptions Options, string BaseDirectory)
{
    /// <summary>The models, with an absolute path.</summary>
    public ModelFolderOptions Models => Options.Models with { Path = Full(Options.Models.Path) };

    /// <summary>Absolute path of the file of keys; null where there is none.</summary>
    public string? KeyFile => Options.Keys is { } keys ? Full(keys) : null;

    /// <summary>What is recorded, with an absolute path; null where nothing is.</summary>
    public RecordOptions? Record => Options.Record is { } record ? record with { Path = Full(record.Path) } : null;

    /// <summary>Absolute path of the recorded requests that versions are warmed with; null where there are none.</summary>
    public string? WarmUpRequests => Options.WarmUp is { } warmUp ? Full(warmUp.Requests) : null;

    /// <summary>Reads a file.</summary>
    /// <param name="file">The YAML file.</param>
    /// <param name="overrides">Texts <c>path=value</c>: <c>queue.workers=2</c>.</param>
    /// <exception cref="InputException">The file cannot be read or is not valid; one line with file, line and column.</exception>
    public static ServeConfiguration Load(string file, IEnumerable<string>? overrides = null)
    {
        var options = OptionsFile.Load<ServeOptions>(file, overrides);
        return new ServeConfiguration(options, Path.GetDirectoryName(Path.GetFullPath(file))!);
    }

    /// <summary>What serves one bundle, or a folder of models, with the defaults of everything else.</summary>
    /// <param name="bundle">The folder, relative to the current one. A bundle is called as its folder, or as the folder above where that is <c>model</c>.</param>
    /// <param name="overrides">See <see cref="Load"/>.</param>
    /// <exception cref="InputException">An override is not valid.</exception>
    public static ServeConfiguration OfBundle(string bundle, IEnumerable<string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var folder = Directory.GetCurrentDirectory();
        var path = Path.GetFullPath(bundle, folder);
        var options = OptionsFile.Parse<ServeOptions>("models: {path: .}", "--model", overrides);
        var models = options.Models with { Path = path };
        // A run leaves its bundle in NAME/model.
        if (models.Name.Length == 0 && Path.GetFileName(path) == "model" && Path.GetFileName(Path.GetDirectoryName(path)) is { Length: > 0 } name)
            models = models with { Name = name };
        return new ServeConfiguration(options with { Models = models }, folder);
    }

    string Full(string path) => Path.GetFullPath(path, BaseDirectory);
}
