using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard;

/// <summary>
/// The output folder of a comparison: <c>results</c> has a file of facts and one of scores for every finished run, found by the digest
/// in their names, or one that says why a run failed; <c>work</c> the checkpoints of those that are not. Scores are written first, so that facts mean that both are whole.
/// </summary>
sealed class ComparisonFolder(string path)
{
    const int DigestCharacters = 16;
    const int HeaderBytes = 16;
    const string FailedEnd = ".failed.json";

    // "SWSC", then the version of the format.
    static readonly byte[] Magic = [.. "SWSC"u8, 1, 0, 0, 0];

    string Results => Path.Combine(path, "results");

    public string JsonReport => Path.Combine(path, "report.json");

    public string MarkdownReport => Path.Combine(path, "report.md");

    /// <summary>Where a run keeps its checkpoints while it is trained.</summary>
    public string WorkOf(string variant, ulong seed, string digest) => Path.Combine(path, "work", NameOf(variant, seed, digest));

    /// <summary>Where a run's bundle is kept. Its digest is part of the name: a bundle of other settings is never taken for it.</summary>
    public string BundleOf(string variant, ulong seed, string digest) => Path.Combine(path, "models", NameOf(variant, seed, digest));

    /// <summary>Where a run's metric log is written while it is trained, and stays.</summary>
    public string MetricsOf(string variant, ulong seed, string digest) => Path.Combine(Results, $"{NameOf(variant, seed, digest)}.{MetricLogReader.FileName}");

    /// <summary>The finished run of a digest with its scores [task][row]; null where there is none, or where a file of it is damaged.</summary>
    public (ComparedRun Run, float[][] Scores)? Find(string digest, MeasuredRows rows, Action<string> warn)
    {
        if (!Directory.Exists(Results)) return null;
        foreach (var file in Directory.EnumerateFiles(Results, $"*-{digest[..DigestCharacters]}.json").Order(StringComparer.Ordinal))
        {
            try
            {
                if (ComparedRun.Parse(File.ReadAllText(file)) is not { } run || run.Digest != digest || run.RowsDigest != rows.Digest) continue;
                return (run, ReadScores(Path.ChangeExtension(file, ".scores"), run.ScoresDigest, rows));
            }
            catch (Exception e) when (e is JsonException or InvalidDataException or IOException or UnauthorizedAccessException)
            {
                warn($"{file} is damaged, its run is trained again: {e.Message.TrimEnd('.')}");
            }
        }

        return null;
    }

    /// <summary>The failed run of a digest; null where there is none, or where it cannot be read.</summary>
    public FailedRun? FindFailed(string digest)
    {
        if (!Directory.Exists(Results)) return null;
        foreach (var file in Directory.EnumerateFiles(Results, $"*-{digest[..DigestCharacters]}{FailedEnd}").Order(StringComparer.Ordinal))
        {
            if (Read(file, FailedRun.Parse) is { } run && run.Digest == digest) return run;
        }

        return null;
    }

    /// <summary>Results of a variant and seed, whatever they depend on.</summary>
    public IEnumerable<ComparedRun> Of(string variant, ulong seed)
    {
        if (!Directory.Exists(Results)) return [];
        return Directory.EnumerateFiles(Results, string.Create(CultureInfo.InvariantCulture, $"{variant}-seed{seed}-*.json"))
            .Where(file => !file.EndsWith(FailedEnd, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(file => Read(file, ComparedRun.Parse))
            .OfType<ComparedRun>()
            .Where(run => run.Variant == variant && run.Seed == seed);
    }

    public void Save(FailedRun run) => TextFile.Write($"{Path.Combine(Results, NameOf(run.Variant, run.Seed, run.Digest))}{FailedEnd}", run.ToJson());

    /// <summary>Saves the scores, then the facts.</summary>
    public ComparedRun Save(ComparedRun run, float[][] scores)
    {
        var name = Path.Combine(Results, NameOf(run.Variant, run.Seed, run.Digest));
        try
        {
            Directory.CreateDirectory(Results);

            // Those of a process that was killed while it wrote; nobody else trains this run now.
            foreach (var leftover in Directory.GetFiles(Results, $"{Path.GetFileName(name)}.*.tmp-*")) File.Delete(leftover);
            var saved = run with { ScoresDigest = WriteScores($"{name}.scores", scores) };
            TextFile.Write($"{name}.json", saved.ToJson());
            return saved;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{name} cannot be written: {e.Message.TrimEnd('.')}; make room if the disk is full, or name another 'output'.", e);
        }
    }

    /// <summary>Removes the checkpoints of a run that is over, and those that its variant and seed left with other settings, unless somebody trains them now.</summary>
    public void Clear(string variant, ulong seed, string digest, Action<string> warn)
    {
        var own = WorkOf(variant, seed, digest);
        var all = Path.GetDirectoryName(own)!;
        if (!Directory.Exists(all)) return;
        foreach (var work in Directory.GetDirectories(all, string.Create(CultureInfo.InvariantCulture, $"{variant}-seed{seed}-*")))
        {
            if (Path.GetFileName(work).Length != Path.GetFileName(own).Length || (work != own && IsInUse(work))) continue;
            NeedlessFolder.Remove(work, warn);
        }
    }

    public static string CheckpointsIn(string work) => Path.Combine(work, "checkpoints");

    static bool IsInUse(string work)
    {
        try
        {
            new CheckpointStore(CheckpointsIn(work), new Dictionary<string, string>(), 1, static _ => { }).Dispose();
            return false;
        }
        catch (InputException)
        {
            return true;
        }
    }

    static T? Read<T>(string file, Func<string, T?> parse)
        where T : class
    {
        try
        {
            return parse(File.ReadAllText(file));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            // Whoever asks only wants to say more than is needed, or trains again.
            return null;
        }
    }

    static string NameOf(string variant, ulong seed, string digest) =>
        string.Create(CultureInfo.InvariantCulture, $"{variant}-seed{seed}-{digest[..DigestCharacters]}");

    static string WriteScores(string file, float[][] scores)
    {
        var bytes = new byte[HeaderBytes + (sizeof(float) * scores.Sum(s => (long)s.Length))];
        Magic.CopyTo(bytes, 0);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), scores.Length);
        BitConverter.TryWriteBytes(bytes.AsSpan(12), scores[0].Length);
        var at = HeaderBytes;
        foreach (var task in scores)
        {
            MemoryMarshal.AsBytes<float>(task).CopyTo(bytes.AsSpan(at));
            at += sizeof(float) * task.Length;
        }

        TextFile.Write(file, bytes);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    static float[][] ReadScores(string file, string digest, MeasuredRows rows)
    {
        var bytes = File.ReadAllBytes(file);
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != digest || !bytes.AsSpan().StartsWith(Magic)) throw new InvalidDataException("its scores are not those that were saved");
        if (BitConverter.ToInt32(bytes, 8) != rows.Labels.Length || BitConverter.ToInt32(bytes, 12) != rows.Count) throw new InvalidDataException("its scores are of other rows");
        return [.. rows.Labels.Select((_, task) => MemoryMarshal.Cast<byte, float>(bytes.AsSpan(HeaderBytes + (sizeof(float) * task * rows.Count), sizeof(float) * rows.Count)).ToArray())];
    }
}
