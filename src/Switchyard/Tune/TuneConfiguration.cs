using Switchyard.Data;

namespace Switchyard;

/// <summary>A search as it was read: what to try, and the run to try it on.</summary>
public sealed class TuneConfiguration
{
    TuneConfiguration(string file, string baseDirectory, TuneOptions options, RunDocument run) =>
        (File, BaseDirectory, Options, Document) = (file, baseDirectory, options, run);

    /// <summary>The file as it was named by the caller.</summary>
    public string File { get; }

    /// <summary>Absolute folder that relative paths of the file start from.</summary>
    public string BaseDirectory { get; }

    public TuneOptions Options { get; }

    /// <summary>Absolute folder of what the search leaves.</summary>
    public string OutputDirectory => Path.GetFullPath(Path.Combine(BaseDirectory, Options.Output ?? Path.Combine("runs", Path.GetFileNameWithoutExtension(File))));

    /// <summary>File of the best configuration.</summary>
    public string BestFile => Path.Combine(OutputDirectory, "best.yaml");

    /// <summary>The run to tune, with the values that all trials have.</summary>
    internal RunDocument Document { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="file">The YAML file.</param>
    /// <param name="overrides">Texts <c>path=value</c>: of keys of the file (<c>trials=5</c>), or else of the run to tune (<c>training.epochs=2</c>).</param>
    /// <exception cref="InputException">The file or the run it names cannot be read or is not valid; one line with file, line and column.</exception>
    public static TuneConfiguration Load(string file, IEnumerable<string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (Directory.Exists(file)) throw new InputException($"{file}: this is a folder; name the YAML file that says what to tune (docs/tuning.md).");
        return Parse(RunDocument.ReadText(file), file, Path.GetDirectoryName(Path.GetFullPath(file))!, overrides);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="file">Name used in messages, and for the default of output.</param>
    /// <param name="baseDirectory">Folder that relative paths start from.</param>
    /// <param name="overrides">See <see cref="Load"/>.</param>
    /// <exception cref="InputException">See <see cref="Load"/>.</exception>
    public static TuneConfiguration Parse(string yaml, string file, string baseDirectory, IEnumerable<string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(baseDirectory);
        var shape = new RecordShape(typeof(TuneOptions));
        string[] own = [.. OptionSet.Of(typeof(TuneOptions)).Options.Select(o => o.Key)];
        var (ofSearch, ofRun) = (new List<string>(), new List<string>());
        foreach (var text in overrides ?? []) (own.Contains(text.Split('=', '.', '[')[0].Trim()) ? ofSearch : ofRun).Add(text);
        var root = YamlReader.Read(yaml, file, hasLines: true, Environment.GetEnvironmentVariable);
        foreach (var text in ofSearch) root = Override.Apply(root, text, Environment.GetEnvironmentVariable);
        if (root is not MapNode) throw root.Place.Error($"expected {shape.Accepts}, found {root.Describe()}.");
        var options = (TuneOptions)shape.Read(root, "");
        var run = RunDocument.Load(Path.GetRelativePath(Directory.GetCurrentDirectory(), Path.GetFullPath(options.Base, baseDirectory)), null);
        var written = run.Read();
        foreach (var setting in options.Set.Items) run = run.With(setting.Key, setting.Value, setting.Place);
        foreach (var text in ofRun) run = run.With(text);
        TrialRules.CheckSet(written, run.Read(), [.. options.Set.Items.Select(s => (s.Key, s.Place)), .. ofRun.Select(t => (t.Split('=')[0], new Place($"--set {t}", 0, 0)))]);
        return new TuneConfiguration(file, baseDirectory, options, run);
    }
}
