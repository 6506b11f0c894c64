namespace Switchyard.Cli.Tests;

/// <summary>A folder with a small run, removed afterwards.</summary>
sealed class TemporaryRun : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public TemporaryRun()
    {
        File.WriteAllLines(
            System.IO.Path.Combine(Path, "rows.csv"),
            Enumerable.Range(0, 200).Select(i => $"{"abc"[i % 3]},{i * 7 % 31},{(i * i % 5 == 1 ? 1 : 0)}").Prepend("kind,size,click"));
        File.WriteAllText(
            Configuration,
            """
            name: demo
            sources: rows.csv
            fields: [kind, {name: size, type: numeric, buckets: 4}]
            scenario: kind
            tasks: {click: click}
            split: {train: "row mod 10 in [0..7]", validation: row mod 10 == 8, test: row mod 10 == 9}
            model: mmoe
            """);
    }

    public string Path => _folder.FullName;

    public string Configuration => System.IO.Path.Combine(Path, "switchyard.yaml");

    public void Dispose() => _folder.Delete(recursive: true);
}
