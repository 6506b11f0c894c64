using Switchyard.Data;

namespace Switchyard;

/// <summary>
/// Reads a YAML file onto an options record, as configurations of runs are read: unknown keys and wrong values are errors with file, line and
/// column, and <c>${NAME}</c> stands for an environment variable.
/// </summary>
public static class OptionsFile
{
    /// <summary>Reads a file.</summary>
    /// <typeparam name="T">The record; its properties in snake case are the keys.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="overrides">Texts <c>path=value</c>, applied first.</param>
    /// <exception cref="InputException">The file cannot be read or is not valid; one line.</exception>
    public static T Load<T>(string path, IEnumerable<string>? overrides = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path)) throw new InputException($"{path}: this is a folder; name a YAML file.");
        return Parse<T>(RunDocument.ReadText(path), path, overrides);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="file">Its name in messages.</param>
    /// <param name="overrides">See <see cref="Load{T}"/>.</param>
    /// <param name="environment">Looks up environment variables; the process's own by default.</param>
    /// <exception cref="InputException">See <see cref="Load{T}"/>.</exception>
    public static T Parse<T>(string yaml, string file, IEnumerable<string>? overrides = null, Func<string, string?>? environment = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(yaml);
        environment ??= Environment.GetEnvironmentVariable;
        var root = YamlReader.Read(yaml, file, hasLines: true, environment);
        foreach (var text in overrides ?? []) root = Override.Apply(root, text, environment);
        return (T)new RecordShape(typeof(T)).Read(root, "");
    }
}
