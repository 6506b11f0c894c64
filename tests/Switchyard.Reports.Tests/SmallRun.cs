namespace Switchyard.Reports.Tests;

/// <summary>A folder with a small run of two scenario levels and two tasks, removed afterwards.</summary>
sealed class SmallRun : IDisposable
{
    /// <summary>A name that would end the script element of a page that does not escape it.</summary>
    public const string Nasty = "</script><!-- & x";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public SmallRun(string model = "aesm2")
    {
        string[] cities = ["ams", Nasty, "cph"];
        File.WriteAllLines(
            Place("rows.tsv"),
            Enumerable.Range(0, 900).Select(i => (City: cities[i % 3], Device: i % 2 == 0 ? "phone" : "desk", Kind: i * 7 % 5, Size: i * 13 % 37)).Select((r, i) =>
                $"{r.City}\t{r.Device}\t{r.Kind}\t{r.Size}\t{((r.Kind + i) % 3 == 0 ? 1 : 0)}\t{((r.Kind * 3) + (i % 7) > 9 ? 1 : 0)}").Prepend("city\tdevice\tkind\tsize\tclick\tbuy"));
        File.WriteAllText(
            Configuration,
            $$"""
            name: small
            sources: rows.tsv
            fields: [kind, {name: size, type: numeric, buckets: 4}]
            scenario: [city, device]
            tasks: {click: click, buy: buy}
            split: {train: "row mod 10 in [0..6]", validation: row mod 10 == 7, test: "row mod 10 in [8, 9]"}
            model: {{model}}
            training: {epochs: 2, batch_size: 64, threads: 1}
            evaluation: {min_positives: 2, min_negatives: 2}
            """);
    }

    public string Configuration => Place("switchyard.yaml");

    public string Output => Place("runs/small");

    public string Bundle => Place("runs/small/model");

    public string Place(string name) => Path.Combine(_folder.FullName, name);

    public void Train() => Run.Train(RunConfiguration.Load(Configuration));

    /// <summary>Writes and runs a comparison of a model per scenario, one for all, and two models with gates.</summary>
    public ComparisonConfiguration Compare()
    {
        File.WriteAllText(
            Place("compare.yaml"),
            """
            base: switchyard.yaml
            seeds: [1, 2]
            baseline: mmoe
            bootstrap: {samples: 100}
            variants:
              single: {model: single}
              pooled: {model: hard_sharing}
              mmoe: {model: mmoe}
              aesm2: {model: aesm2}
              aesm2-no-auxiliary: {model: {name: aesm2, auxiliary_weight: 0}}
            """);
        var comparison = ComparisonConfiguration.Load(Place("compare.yaml"));
        Run.Compare(comparison);
        return comparison;
    }

    public ReportDocument Report(ImportanceEffort importance = ImportanceEffort.None) =>
        Switchyard.Reports.Report.OfRun(Bundle, null, Options() with { Importance = importance });

    public ReportOptions Options() => new() { Output = Place("report.html"), Json = Place("report.json"), Csv = Place("tables"), Command = "switchyard report small" };

    public void Dispose() => _folder.Delete(recursive: true);
}
