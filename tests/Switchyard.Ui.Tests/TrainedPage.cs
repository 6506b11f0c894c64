using System.Globalization;
using System.Text.Json.Nodes;

namespace Switchyard.Ui.Tests;

/// <summary>A page of a run that has trained, on rows that tell which line of the file they were.</summary>
static class TrainedPage
{
    /// <summary>Trains a run, called run.</summary>
    public static RunningPage Train()
    {
        var page = new RunningPage();
        File.WriteAllLines(
            Path.Combine(page.Folder, "rows.csv"),
            Enumerable.Range(0, 300).Select(i => string.Create(CultureInfo.InvariantCulture, $"{Kind(i)},{(IsMissing(i) ? default(int?) : Size(i))},{i},{Click(i)}")).Prepend("kind,size,line,click"));
        Run.Train(RunConfiguration.Parse(
            """
            name: run
            sources: rows.csv
            fields: [kind, {name: size, type: numeric, buckets: 4}, {name: line, type: numeric, encoding: standardise}]
            scenario: kind
            tasks: {click: click}
            split: {train: "row mod 10 in [0..7]", validation: row mod 10 == 8, test: row mod 10 == 9}
            model: aesm2
            training: {epochs: 1, batch_size: 32, threads: 1}
            output: run
            """,
            "switchyard.yaml",
            page.Folder));
        return page;
    }

    /// <summary>Its model.</summary>
    public static string Bundle(RunningPage page) => Path.Combine(page.Folder, "run", "model");

    /// <summary>Answers of the page in JSON.</summary>
    public static async Task<JsonNode> AskAsync(RunningPage page, string path) => JsonNode.Parse(await page.Client.GetStringAsync(new Uri(path, UriKind.Relative)))!;

    public static string Kind(int line) => "abc"[line % 3].ToString();

    public static bool IsMissing(int line) => line % 4 == 1;

    public static int Size(int line) => line * 7 % 31;

    public static int Click(int line) => line * line % 5 == 1 ? 1 : 0;
}
