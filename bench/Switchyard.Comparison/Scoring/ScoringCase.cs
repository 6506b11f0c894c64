using System.Runtime.InteropServices;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Inference;
using Switchyard.Models;

namespace Switchyard.Comparison;

/// <summary>
/// A model of protocol T1 with random rows, our scores of them, and all that as files from which a peer builds the same model: a bundle,
/// ids.i32 [rows × fields] (numbered through over all tables), nodes.i32 [rows × levels] and scores.f32 [tasks × rows].
/// </summary>
sealed class ScoringCase
{
    /// <summary>Rows that batches of all sizes are cut from.</summary>
    public const int Rows = 2048;

    const int MostBatches = 16;

    /// <summary>
    /// Untrained gates tell experts apart by the last bits of a logit, where two exact engines may well choose differently; with these
    /// times wider logits they do not. Only where experts are selected: a softmax over all of them would have weights of exactly 0, whose
    /// experts ours does not compute, and a peer does.
    /// </summary>
    const float GateScale = 32;

    readonly Batch _rows;

    /// <param name="name">Name of a workload.</param>
    public ScoringCase(string name)
    {
        var workload = Workload.Of(name) with { Rows = Rows };
        Name = name;
        Ranker = new Ranker(workload.Schema, workload.Model, 1);
        _rows = workload.Batches(1)[0];
        if (workload.Model is Aesm2Options) ScaleGates();
        else RequireEveryExpert();
    }

    public string Name { get; }

    public Ranker Ranker { get; }

    void ScaleGates()
    {
        foreach (var gate in Ranker.Parameters.Dense.Where(p => p.Name.Contains("gate", StringComparison.Ordinal)))
        {
            foreach (ref var weight in Ranker.Parameters.Values(gate)) weight *= GateScale;
        }

        Ranker.Parameters.Touch();
    }

    /// <summary>Without selection every expert must compute every row, as the peer's do.</summary>
    void RequireEveryExpert()
    {
        var pass = new ForwardPass(Ranker, GraphMode.Score);
        pass.Logits(_rows);
        if (pass.Graph.Work is var work && work.Active != work.Stored)
            throw new InvalidOperationException($"{Name}: {work.Active} of {work.Stored} multiply-adds computed: gates are 0 where the peer computes.");
    }

    /// <summary>Different batches of a size, out of the same rows; the peer cuts them in the same way.</summary>
    public Batch[] Batches(int size) => [.. Enumerable.Range(0, Math.Min(MostBatches, Rows / size)).Select(b => Cut(b * size, size))];

    /// <summary>Writes the files; returns their folder.</summary>
    public string Write(string folder)
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, Name)).FullName;
        ModelBundle.Save(Path.Combine(place, "bundle"), Ranker, new BundleMetadata { Created = DateTimeOffset.UnixEpoch });
        var schema = Ranker.Schema;
        var (fields, levels) = (schema.Fields.Length, schema.Levels.Length);
        var (ids, nodes) = (new int[Rows * fields], new int[Rows * levels]);
        for (var row = 0; row < Rows; row++)
        {
            var first = 0;
            for (var f = 0; f < fields; f++)
            {
                ids[(row * fields) + f] = first + _rows.Ids(f)[row];
                first += schema.Tables[schema.Fields[f].Table].Rows;
            }

            for (var level = 0; level < levels; level++) nodes[(row * levels) + level] = _rows.Nodes(level)[row];
        }

        var scores = new float[schema.Tasks.Length * Rows];
        new Predictor(Ranker).Score(_rows, scores);
        Put<int>(Path.Combine(place, "ids.i32"), ids);
        Put<int>(Path.Combine(place, "nodes.i32"), nodes);
        Put<float>(Path.Combine(place, "scores.f32"), scores);
        return place;
    }

    Batch Cut(int from, int size)
    {
        var schema = Ranker.Schema;
        var batch = new Batch(schema, size) { Count = size };
        for (var f = 0; f < schema.Fields.Length; f++) _rows.Ids(f).AsSpan(from, size).CopyTo(batch.Ids(f));
        for (var level = 0; level < schema.Levels.Length; level++) _rows.Nodes(level).AsSpan(from, size).CopyTo(batch.Nodes(level));
        return batch;
    }

    static void Put<T>(string file, ReadOnlySpan<T> values)
        where T : struct => File.WriteAllBytes(file, MemoryMarshal.AsBytes(values));
}
