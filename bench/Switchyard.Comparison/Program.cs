using System.Globalization;
using Switchyard.Comparison;
using Switchyard.Engine;
using Switchyard.Training;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (MeasuredRun.Serve(args) || EmptyEndpoint.Serve(args)) return 0;
using var results = args is ["results", _, ..] ? ResultFile.Begin(args = args[1..]) : null;
switch (args)
{
    case ["parity", var report, var protocol]:
        Parity.Print(report, protocol);
        break;
    case ["train", var name, var embeddings, var threads]:
        Console.WriteLine($"{TrainingSpeed.RowsPerSecond(Workload.Of(name), Enum.Parse<EmbeddingUpdate>(embeddings, ignoreCase: true), int.Parse(threads, CultureInfo.InvariantCulture)):N0} rows/s");
        break;
    case ["experts", "ops", var layer, var experts, var rows, .. var mode]:
        ExpertLayers.PrintOps(
            layer, int.Parse(experts, CultureInfo.InvariantCulture), int.Parse(rows, CultureInfo.InvariantCulture),
            mode is ["score"] ? GraphMode.Score : GraphMode.Train);
        break;
    case ["experts", .. var given]:
        var (layerRounds, chosen) = Rounds.Take(given, usual: 10);
        var named = chosen is [var first, ..] && char.IsAsciiLetter(first[0]) ? first : null;
        var batches = named is null ? chosen : chosen[1..];
        ExpertLayers.Print([.. batches.Length > 0 ? batches.Select(b => int.Parse(b, CultureInfo.InvariantCulture)) : [2048, 200, 1]], named, layerRounds);
        break;
    case ["breakdown", var name, var threads, .. var words]:
        Breakdown.Print(name, int.Parse(threads, CultureInfo.InvariantCulture), words.Contains("exact") ? EmbeddingUpdate.Exact : EmbeddingUpdate.Lazy, words.Contains("ops"));
        break;
    case ["larger-than-memory", var mebibytes, var folder]:
        LargerThanMemory.Print(int.Parse(mebibytes, CultureInfo.InvariantCulture), folder);
        if (Environment.ExitCode == 0) break;
        return Environment.ExitCode;
    case ["serve", var scenario, .. var settings]:
        ServeBench.Run(scenario, settings);
        if (Environment.ExitCode == 0) break;
        return Environment.ExitCode;
    case ["live", "page" or "empty", var configuration, .. var changes]:
        await LiveCost.PrintAsync(configuration, args[1] == "empty", changes).ConfigureAwait(false);
        break;
    case ["onnx", var configuration, var rows, .. var changes] when int.TryParse(rows, CultureInfo.InvariantCulture, out var most) && most > 0:
        OnnxDifference.Print(configuration, most, changes);
        break;
    case ["import", var configuration]:
        ImportSpeed.Print(configuration);
        break;
    case ["evaluation", var rows, var samples]:
        EvaluationSpeed.Print(int.Parse(rows, CultureInfo.InvariantCulture), int.Parse(samples, CultureInfo.InvariantCulture));
        break;
    case ["scenarios"]:
        ScenarioCost.Print();
        break;
    case ["score", var name, var rows, var threads]:
        ScoringSpeed.Print(name, int.Parse(rows, CultureInfo.InvariantCulture), int.Parse(threads, CultureInfo.InvariantCulture));
        break;
    case ["scoring", .. var given]:
        var (scoringRounds, models) = Rounds.Take(given, usual: 5);
        ScoringTable.Print(Path.Combine(Peer.Folder, "scoring"), scoringRounds, models);
        break;
    case ["speed", .. var given]:
        var (trainingRounds, workloads) = Rounds.Take(given, usual: 5);
        SpeedTable.Print(threads: 2, trainingRounds, workloads);
        break;
    case ["gemm", .. var shapes]:
        SpeedTable.PrintGemm(shapes);
        break;
    case ["recovery", var folder, var seeds, var rows, .. var changes]:
        Recovery.Run(folder, SeedRange.Parse(seeds), long.Parse(rows, CultureInfo.InvariantCulture), changes);
        break;
    case ["selection", var folder, var seeds, .. var rest]:
        bool IsRows(string word) => char.IsAsciiDigit(word[0]);
        Selection.Run(
            folder, SeedRange.Parse(seeds), [.. rest.Where(IsRows).Select(r => long.Parse(r, CultureInfo.InvariantCulture))], [.. rest.Where(r => !IsRows(r))]);
        break;
    case ["update", var samples, var seeds, var model, .. var changes]:
        DayUpdate.Run(samples, int.Parse(seeds, CultureInfo.InvariantCulture), model, changes);
        break;
    case ["requests", "http", var file, var rank, .. var most]:
        return RequestAnswers.Compare(file, rank, most.Length > 0 ? int.Parse(most[0], CultureInfo.InvariantCulture) : int.MaxValue);
    case ["requests", var configuration, var file, var requests]:
        RequestLog.Write(configuration, file, int.Parse(requests, CultureInfo.InvariantCulture));
        break;
    default:
        Console.Error.WriteLine("usage: [results] scenarios | experts [AES|\"AES dense\"|CES] [BATCH ...] [--rounds N] | experts ops AES|CES EXPERTS ROWS [score] | breakdown WORKLOAD THREADS [exact] [ops] | larger-than-memory MEBIBYTES FOLDER | serve throughput|overhead|monitoring|swap|overload|malformed|store [--seconds N] [--requests N] [--times N] | recovery FOLDER FIRST..LAST ROWS [key=value ...] | selection FOLDER FIRST..LAST ROWS ... [MODEL ...] | speed [WORKLOAD ...] [--rounds N] | gemm [MxKxN ...] | scoring [MODEL ...] [--rounds N] | score WORKLOAD ROWS THREADS | evaluation ROWS RESAMPLES | import CONFIGURATION | live page|empty CONFIGURATION [key=value ...] | onnx CONFIGURATION ROWS [MODEL ...] [key=value ...] | update SAMPLES-FOLDER SEEDS aesm2|mmoe [key=value ...] | requests CONFIGURATION FILE REQUESTS | requests http FILE RANK-URL [REQUESTS] | parity REPORT.json t1n|t2n|r|rn | train WORKLOAD lazy|exact THREADS");
        return 2;
}

results?.Keep();
return 0;
