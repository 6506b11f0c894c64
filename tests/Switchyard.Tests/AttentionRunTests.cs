using System.Globalization;

namespace Switchyard.Tests;

/// <summary>Target attention from the configuration to the scores.</summary>
public sealed class AttentionRunTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    string Place(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>A history that the log builds, a field of several values, and a model that attends to both.</summary>
    [Fact]
    public void Train_AttentionOverAHistory_ScoresAlikeFromAListAndFromTheLog()
    {
        Run.Generate(new GenerateOptions { Rows = 6000, Output = Place("log.csv") }, SilentReporter.Instance);
        var yaml = File.ReadAllText(Place(RunConfiguration.DefaultFileName));
        const string holdings = "  - {name: holdings, type: multi-value, separator: \"|\", embedding: 8}\n";
        yaml.ShouldContain(holdings);
        File.WriteAllText(Place("run.yaml"), yaml.Replace(
            holdings,
            """
              - {name: holdings, type: multi-value, shares: fund_type}
              - {name: clicked, type: sequence, max_length: 8, shares: fund_type, history: {of: age, item: fund_type, when: click == 1}}

            """,
            StringComparison.Ordinal));
        var run = RunConfiguration.Load(Place("run.yaml"),
        [
            "model={name: mmoe, expert: {widths: [16]}, embedding: {attention: [{field: clicked, query: fund_type}, {field: holdings, query: fund_type, softmax: true}]}}",
            "training.epochs=1",
        ]);
        Run.Train(run, null, SilentReporter.Instance);
        Run.Predict(run.BundleDirectory, Place("log.csv"), Place("scores.csv"), keep: ["fund_type"]);

        var header = File.ReadLines(Place("log.csv")).First().Split(',');
        var rows = File.ReadLines(Place("log.csv")).Skip(1).Take(400)
            .Select(l => header.Zip(l.Split(',')).ToDictionary(p => p.First, p => (string?)p.Second, StringComparer.Ordinal)).ToList();
        using var scorer = Scorer.Load(run.BundleDirectory);
        var scored = File.ReadLines(Place("scores.csv")).Skip(1).Take(rows.Count).Select(l => float.Parse(l.Split(',')[1], CultureInfo.InvariantCulture)).ToList();
        var clicked = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var (lists, moved) = (0, 0);
        for (var i = 0; i < rows.Count; i++)
        {
            var past = clicked.TryGetValue(rows[i]["age"]!, out var list) ? list : clicked[rows[i]["age"]!] = [];
            lists += past.Count > 0 ? 1 : 0;
            Click(string.Join('|', past)).ShouldBe(scored[i], $"row {i}");
            moved += Click("") != scored[i] ? 1 : 0;
            if (rows[i]["click"] == "1") past.Add(rows[i]["fund_type"]!);

            float Click(string history)
            {
                var row = scorer.Columns.ToDictionary(c => c, c => c == "clicked" ? history : rows[i].GetValueOrDefault(c), StringComparer.Ordinal);
                return scorer.Score(row)["click"];
            }
        }

        lists.ShouldBeGreaterThan(100);
        moved.ShouldBeInRange(lists * 9 / 10, lists);
    }
}
