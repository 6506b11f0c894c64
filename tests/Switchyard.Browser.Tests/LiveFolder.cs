using System.Globalization;

namespace Switchyard.Browser.Tests;

/// <summary>A folder with rows and runs over them, removed afterwards.</summary>
sealed class LiveFolder : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public LiveFolder() => File.WriteAllLines(
        Path.Combine(_folder.FullName, "rows.csv"),
        Enumerable.Range(0, 4000).Select(i => $"{"abc"[i % 3]},{i * 7 % 31},{(i * i % 5 == 1 ? 1 : 0)}").Prepend("kind,size,click"));

    /// <summary>The folder of all runs.</summary>
    public string Runs => Path.Combine(_folder.FullName, "runs");

    /// <summary>Where the run called live writes.</summary>
    public string Output => OutputOf("live");

    public string OutputOf(string run) => Path.Combine(Runs, run);

    public string LogOf(string run) => MetricLogReader.PathIn(OutputOf(run));

    /// <summary>A run that would train for minutes.</summary>
    public RunConfiguration Configuration(int epochs = 100_000, string run = "live", string model = "aesm2") => RunConfiguration.Parse(
        """
        name: NAME
        sources: rows.csv
        fields: [kind, {name: size, type: numeric, buckets: 4}]
        scenario: kind
        tasks: {click: click}
        split: {train: "row mod 10 in [0..7]", validation: row mod 10 == 8, test: row mod 10 == 9}
        model: MODEL
        training: {epochs: EPOCHS, batch_size: 32, patience: 0, threads: 1, validate_every: 200}
        """.Replace("EPOCHS", epochs.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("NAME", run, StringComparison.Ordinal)
            .Replace("MODEL", model, StringComparison.Ordinal),
        "switchyard.yaml",
        _folder.FullName);

    /// <summary>Trains a run to its end.</summary>
    public void Train(string run, string model = "aesm2") => Run.Train(Configuration(1, run, model));

    /// <summary>Takes the end out of a log, as if its training went on.</summary>
    public void Reopen(string run) =>
        File.WriteAllLines(LogOf(run), File.ReadAllLines(LogOf(run)).Where(line => !line.StartsWith("{\"event\":\"end\"", StringComparison.Ordinal)));

    public void Dispose() => _folder.Delete(recursive: true);
}
