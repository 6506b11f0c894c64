namespace Switchyard.Tests;

/// <summary>A folder with a run to tune, whose sources are not there: enough to draw trials.</summary>
sealed class TuneFolder : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    /// <param name="monitor">What the run is judged by.</param>
    public TuneFolder(string monitor = "mean_auc") => File.WriteAllText(
        Path.Combine(_folder.FullName, "run.yaml"),
        $$"""
        sources: data.csv
        fields: [region, item]
        tasks: {click: click}
        split:
          train: row mod 10 in [0..7]
          validation: row mod 10 == 8
          test: row mod 10 == 9
        model: mmoe
        training: {monitor: "{{monitor}}"}
        """);

    public TuneConfiguration Parse(string yaml, params string[] overrides) => TuneConfiguration.Parse(yaml, "tune.yaml", _folder.FullName, overrides);

    public void Dispose() => _folder.Delete(recursive: true);
}
