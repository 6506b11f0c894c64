using System.Diagnostics;
using Switchyard.Data;

namespace Switchyard.Comparison;

/// <summary>Import of a configuration's rows beside pandas reading the same columns of the same file and encoding the text ones.</summary>
static class ImportSpeed
{
    const int Rounds = 5;

    public static void Print(string configurationPath)
    {
        var run = RunConfiguration.Load(configurationPath);
        var file = Path.GetFullPath(run.Data.Sources.Single().Path!, run.BaseDirectory);
        var (text, numbers) = Columns(run.Data);
        Console.WriteLine(Machine.Describe());
        var first = Import(run);
        var ours = new List<Timing>();
        var theirs = new List<Timing>();
        string? settings = null;
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(Import(run));
            if (Peer.Run("pandas_import.py", [file, "--encode", .. text, "--numbers", .. numbers]) is not { } peer) continue;
            settings = peer.Settings;
            theirs.Add(new Timing(peer.Result.GetProperty("rows").GetInt64(), peer.Result.GetProperty("seconds").GetDouble(), peer.Result.GetProperty("cpu_seconds").GetDouble()));
        }

        if (settings is not null) Console.WriteLine($"Peer: {settings}");
        Console.WriteLine($"Switchyard's first import, with what the runtime compiles meanwhile: {first.Seconds:0.00} s, {first.CpuSeconds:0.00} s of processor");
        Console.WriteLine();
        Console.WriteLine($"| {Path.GetFileName(configurationPath)}, {first.Rows:N0} rows, median of {Rounds} rounds (all rounds) | rows/s | seconds of processor |");
        Console.WriteLine("|---|---|---|");
        Row("Switchyard: text → column file, fitted and encoded", ours);
        if (theirs.Count > 0)
        {
            Row("pandas: text → encoded columns in memory", theirs);
            Console.WriteLine($"| Switchyard / pandas | {Median(ours, t => t.RowsPerSecond) / Median(theirs, t => t.RowsPerSecond):0.00} | {Median(ours, t => t.CpuSeconds) / Median(theirs, t => t.CpuSeconds):0.00} |");
        }

        Console.WriteLine();
        Console.WriteLine($"load {Machine.Load()} at the end");
    }

    static Timing Import(RunConfiguration run)
    {
        var folder = Directory.CreateTempSubdirectory("switchyard-import").FullName;
        try
        {
            var processor = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            using var data = Importer.Import(run.Data, run.BaseDirectory, folder);
            return new Timing(data.Summary.RowsRead, clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What the import reads, as the peer has to read it: text to encode, and numbers.</summary>
    static (string[] Text, string[] Numbers) Columns(DataSpec data)
    {
        var numbers = data.Fields.Where(f => f.Type == FieldType.Numeric).Select(f => f.Column ?? f.Name).Concat(data.Tasks.SelectMany(t => t.Label.Columns)).Distinct().ToArray();
        var split = data.Split.Train.Concat(data.Split.Validation).Concat(data.Split.Test).Concat(data.Filter).SelectMany(c => c.Columns);
        var text = data.Fields.Where(f => f.Type != FieldType.Numeric).Select(f => f.Column ?? f.Name).Concat(data.Scenario).Concat(split);
        if (data.Group is { } group) text = text.Append(group);
        return ([.. text.Distinct().Except(numbers)], numbers);
    }

    static void Row(string name, List<Timing> timings) => Console.WriteLine(
        $"| {name} | {Median(timings, t => t.RowsPerSecond):N0} ({string.Join(", ", timings.Select(t => $"{t.RowsPerSecond:N0}"))}) | {Median(timings, t => t.CpuSeconds):0.00} ({string.Join(", ", timings.Select(t => $"{t.CpuSeconds:0.00}"))}) |");

    static double Median(List<Timing> timings, Func<Timing, double> of) => timings.Select(of).Order().ElementAt(timings.Count / 2);

    readonly record struct Timing(long Rows, double Seconds, double CpuSeconds)
    {
        public double RowsPerSecond => Rows / Seconds;
    }
}
