using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard;

/// <summary>A configuration before it is checked, so that values can be replaced first: by overrides, or by what a search draws.</summary>
internal sealed class RunDocument
{
    const int MostNamed = 8;

    readonly string _file;
    readonly Func<string, string?> _environment;
    readonly IReadOnlyDictionary<string, Type> _models;
    readonly ConfigurationNode _root;

    RunDocument(string file, string baseDirectory, Func<string, string?> environment, IReadOnlyDictionary<string, Type> models, ConfigurationNode root) =>
        (_file, BaseDirectory, _environment, _models, _root) = (file, baseDirectory, environment, models, root);

    /// <summary>Absolute folder that relative paths of the configuration start from.</summary>
    public string BaseDirectory { get; }

    /// <summary>See <see cref="RunConfiguration.Load"/>.</summary>
    public static RunDocument Load(string path, IEnumerable<string>? overrides) => Load(path, overrides, Environment.GetEnvironmentVariable, ModelZoo.Options);

    /// <summary>The same with the environment and the architectures of <see cref="RunConfiguration.Parse"/>.</summary>
    public static RunDocument Load(
        string path, IEnumerable<string>? overrides, Func<string, string?> environment, IReadOnlyDictionary<string, Type> models)
    {
        var file = Directory.Exists(path) ? FileIn(path) : path;
        return Parse(ReadText(file), file, Path.GetDirectoryName(Path.GetFullPath(file))!, overrides, environment, models);
    }

    /// <summary>See <see cref="RunConfiguration.Parse"/>.</summary>
    public static RunDocument Parse(
        string yaml, string file, string baseDirectory, IEnumerable<string>? overrides, Func<string, string?> environment, IReadOnlyDictionary<string, Type> models)
    {
        var root = YamlReader.Read(yaml, file, hasLines: true, environment);
        foreach (var text in overrides ?? [])
            root = Override.Apply(root, text, environment);
        return new RunDocument(file, baseDirectory, environment, models, root);
    }

    /// <summary>The same with a value replaced.</summary>
    /// <param name="key">Dotted key, as in an override.</param>
    /// <param name="value">The value.</param>
    /// <param name="place">Where the key was written, for messages.</param>
    /// <exception cref="InputException">The key is no path, or leads through a value that has no keys.</exception>
    public RunDocument With(string key, ConfigurationNode value, Place place) => With(Override.Set(_root, key, value, place));

    /// <summary>The same with an override, <c>path=value</c>.</summary>
    /// <exception cref="InputException">The text is no override.</exception>
    public RunDocument With(string text) => With(Override.Apply(_root, text, _environment));

    /// <summary>The same with changes laid over it (<see cref="Overlay"/>). Of a document that <see cref="Read"/> accepts.</summary>
    /// <exception cref="InputException">The changes lead through a value that has no keys.</exception>
    public RunDocument WithChanges(ConfigurationNode changes) => With(Overlay.Apply((MapNode)_root, changes, _environment));

    /// <exception cref="InputException">It is not a valid configuration.</exception>
    public RunConfiguration Read() => new RunConfigurationReader(_file, BaseDirectory, _models).Read(_root);

    RunDocument With(ConfigurationNode root) => new(_file, BaseDirectory, _environment, _models, root);

    /// <summary>Text of a configuration file.</summary>
    public static string ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{file}: no such configuration file; give the path of a YAML file, or of a folder with a {RunConfiguration.DefaultFileName}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file}: the configuration cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The configuration in a folder.</summary>
    public static string FileIn(string folder)
    {
        var file = Path.Combine(folder, RunConfiguration.DefaultFileName);
        if (File.Exists(file)) return file;
        string[] others = [.. Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".yaml" or ".yml").Order(StringComparer.Ordinal)];
        if (others.Length == 0) return file;
        var more = others.Length > MostNamed ? $" and {others.Length - MostNamed} more" : "";
        throw new InputException($"{folder}: the folder has no {RunConfiguration.DefaultFileName}; name one of its YAML files: {string.Join(", ", others.Take(MostNamed))}{more}.");
    }
}
