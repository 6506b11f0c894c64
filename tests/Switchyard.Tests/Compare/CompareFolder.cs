using System.Globalization;
using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard.Tests;

/// <summary>A folder with a small log of two tasks and three regions, and a run over it to compare variants of.</summary>
sealed class CompareFolder : IRunReporter, IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    /// <param name="row">Changes a line of the log by its number; null leaves them.</param>
    /// <param name="test">Condition of the test rows.</param>
    public CompareFolder(Func<int, string, string>? row = null, string test = "day == 9")
    {
        Write(row);
        File.WriteAllText(
            Place("run.yaml"),
            $$"""
            sources: data.csv
            fields: [region, item]
            scenario: region
            tasks: {click: click, buy: buy}
            group: search
            split: {train: day <= 7, validation: day == 8, test: {{test}}}
            model: {name: mmoe, experts: 2, expert: {widths: [8]}, tower_widths: [4]}
            training: {epochs: 2, batch_size: 64, threads: 2}
            evaluation: {min_positives: 2, min_negatives: 2}
            """);
    }

    /// <summary>What the last comparison said.</summary>
    public List<string> Said { get; } = [];

    /// <summary>Steps that were trained, of all comparisons.</summary>
    public int Steps { get; private set; }

    /// <summary>Values of all validations.</summary>
    public List<double?> Validations { get; } = [];

    /// <summary>Called after every step, with the number of steps of all comparisons.</summary>
    public Action<int>? Stepped { get; set; }

    public string Place(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Writes the log anew.</summary>
    public void Write(Func<int, string, string>? row = null)
    {
        var lines = Enumerable.Range(0, 1500).Select(Line).Select((line, i) => row is null ? line : row(i, line));
        File.WriteAllLines(Place("data.csv"), lines.Prepend("region,item,search,click,buy,day"));
    }

    public ComparisonConfiguration Load(string yaml, params string[] overrides)
    {
        File.WriteAllText(Place("compare.yaml"), yaml);
        return ComparisonConfiguration.Load(Place("compare.yaml"), overrides);
    }

    public ComparisonReport Compare(string yaml, CompareOptions? options = null, CancellationToken cancellation = default)
    {
        Said.Clear();
        return Run.Compare(Load(yaml), options, this, cancellation);
    }

    public void Message(string text) => Said.Add(text);

    public void Warning(string text) => Said.Add(text);

    public void Result(string text) => Said.Add(text);

    public void TrainingStarted(int epochs, string monitor)
    {
    }

    public void OnStep(in StepReport report)
    {
        Steps++;
        Stepped?.Invoke(Steps);
    }

    public void OnValidation(in ValidationReport report) => Validations.Add(report.Value);

    public void Report(ImportProgress value)
    {
    }

    public void Dispose() => _folder.Delete(recursive: true);

    static string Line(int row)
    {
        var item = row * 7919 % 20;
        var noise = (uint)(row * 2654435761) % 100;
        var click = noise < 20 + (3 * item) ? 1 : 0;
        return string.Create(CultureInfo.InvariantCulture, $"r{row * 31 % 3},i{item},s{row / 5},{click},{(click == 1 && noise % 2 == 0 ? 1 : 0)},{row % 10}");
    }
}
