using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Switchyard.Robustness.Tests;

/// <summary>A damaged bundle that is asked for scores; where the damage is in the weights, their checksum mostly agrees.</summary>
sealed class BundleTarget : FuzzTarget
{
    readonly byte[] _manifest;
    readonly byte[] _weights;
    readonly string[] _files;

    public BundleTarget()
    {
        Scratch.Write("rows.csv", Samples.Rows(60));
        Scratch.Write("run.yaml", Samples.Configuration);
        Command.Run("train", Scratch.Place("run.yaml")).Refusal().ShouldBeEmpty();
        _manifest = File.ReadAllBytes(Manifest);
        _weights = File.ReadAllBytes(Weights);
        _files = Scratch.Files();
    }

    string Manifest => Scratch.Place("runs/demo/model/manifest.json");

    string Weights => Scratch.Place("runs/demo/model/weights.safetensors");

    string Scores => Scratch.Place("scores.csv");

    public override IReadOnlyList<string> Words =>
        ["null", "[]", "{}", "-1", "2147483647", "9223372036854775807", "\"F64\"", "\"shape\":[", "\"data_offsets\":[0,", "__metadata__", "{\"a\":", "[[[[[[[[[[[[[[[[", "1e400", "\\ud800", "experts"];

    public override bool Try(Mutator mutator)
    {
        var (manifest, weights) = Damaged(mutator);
        File.WriteAllBytes(Manifest, manifest);
        File.WriteAllBytes(Weights, weights);
        var refusal = Command.Run("predict", Scratch.Place("runs/demo/model"), "--input", Scratch.Place("rows.csv"), "--output", Scores).Refusal();
        if (File.Exists(Scores) != (refusal.Length == 0)) throw new FindingException($"scores are {(refusal.Length == 0 ? "missing" : "there")}: {refusal}");
        File.Delete(Scores);
        if (Scratch.Files().Except(_files).ToArray() is { Length: > 0 } left) throw new FindingException($"left behind: {string.Join(", ", left)}");
        return refusal.Length == 0;
    }

    (byte[] Manifest, byte[] Weights) Damaged(Mutator mutator)
    {
        switch (mutator.Below(4))
        {
            case 0:
                return (_manifest, mutator.Mutate(_weights));
            case 1:
                var header = 8 + BinaryPrimitives.ReadInt32LittleEndian(_weights);
                var damaged = mutator.Mutate(_weights[8..header]);
                return Signed([.. BitConverter.GetBytes((long)damaged.Length), .. damaged, .. _weights[header..]]);
            case 2:
                return Signed(mutator.Mutate(_weights));
            default:
                return (mutator.Mutate(_manifest), _weights);
        }
    }

    (byte[] Manifest, byte[] Weights) Signed(byte[] weights)
    {
        var manifest = JsonNode.Parse(_manifest)!;
        manifest["weights"] = new JsonObject { ["bytes"] = weights.Length, ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(weights)) };
        return (Encoding.UTF8.GetBytes(manifest.ToJsonString()), weights);
    }
}
