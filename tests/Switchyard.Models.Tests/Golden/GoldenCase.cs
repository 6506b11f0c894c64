using System.Globalization;
using System.Text.Json;

namespace Switchyard.Models.Tests;

/// <summary>A tensor of a golden file, row-major.</summary>
sealed record GoldenTensor(int[] Shape, float[] Data)
{
    public int Rows => Shape.Length == 0 ? 1 : Shape[0];

    public int Cols => Shape.Length < 2 ? 1 : Shape[^1];

    public int[] Ints => [.. Data.Select(d => (int)d)];
}

/// <summary>One golden file, and the comparison every case ends in.</summary>
sealed class GoldenCase
{
    readonly JsonElement _root;
    readonly List<string> _differences = [];

    public GoldenCase(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(GoldenFolder.FileOf(name)));
        _root = document.RootElement.Clone();
        Layer = _root.GetProperty("layer").GetString()!;
        Inputs = Section("inputs");
        Parameters = Section("parameters");
        Outputs = Section("outputs");
        Gradients = Section("gradients");
    }

    public string Layer { get; }

    public IReadOnlyDictionary<string, GoldenTensor> Inputs { get; }

    public IReadOnlyDictionary<string, GoldenTensor> Parameters { get; }

    public IReadOnlyDictionary<string, GoldenTensor> Outputs { get; }

    public IReadOnlyDictionary<string, GoldenTensor> Gradients { get; }

    public int Int(string key, int? otherwise = null) =>
        Config(key) is { } value ? value.GetInt32() : otherwise ?? throw new KeyNotFoundException($"config.{key} is missing");

    public double Number(string key) => Config(key)!.Value.GetDouble();

    public bool Flag(string key) => Config(key) is { ValueKind: JsonValueKind.True };

    public string? Text(string key) => Config(key)?.GetString();

    public int[] Ints(string key) => [.. Config(key)!.Value.EnumerateArray().Select(e => e.GetInt32())];

    /// <summary>Weight of a term in config.loss, as in <c>0.3*l_specific</c>.</summary>
    public float LossWeight(string term)
    {
        var loss = Text("loss")!;
        var end = loss.IndexOf("*" + term, StringComparison.Ordinal);
        var start = loss.LastIndexOf(' ', end) + 1;
        return float.Parse(loss[start..end], CultureInfo.InvariantCulture);
    }

    /// <summary>Compares every element: |ours − golden| ≤ 1e-5 + 1e-4·|golden|.</summary>
    public void Compare(string name, ReadOnlySpan<float> ours, GoldenTensor golden)
    {
        if (ours.Length != golden.Data.Length)
        {
            _differences.Add($"{name}: {ours.Length} elements, golden has {golden.Data.Length}");
            return;
        }

        for (var i = 0; i < ours.Length; i++)
        {
            var (mine, theirs) = (ours[i], golden.Data[i]);
            if (Math.Abs(mine - theirs) <= 1e-5f + 1e-4f * Math.Abs(theirs)) continue;
            _differences.Add(FormattableString.Invariant($"{name}[{i}]: {mine}, golden {theirs}"));
            return;
        }
    }

    public void CompareExactly(string name, int[] ours, GoldenTensor golden)
    {
        if (!ours.SequenceEqual(golden.Ints)) _differences.Add($"{name}: [{string.Join(", ", ours)}], golden [{string.Join(", ", golden.Ints)}]");
    }

    /// <summary>Fails with the first difference of every tensor.</summary>
    public void AssertEqual() => _differences.ShouldBeEmpty(string.Join(Environment.NewLine, _differences));

    JsonElement? Config(string key) => _root.GetProperty("config").TryGetProperty(key, out var value) ? value : null;

    Dictionary<string, GoldenTensor> Section(string name) =>
        _root.GetProperty(name).EnumerateObject().ToDictionary(
            p => p.Name,
            p => new GoldenTensor(
                [.. p.Value.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())], [.. Flat(p.Value.GetProperty("data")).Select(e => (float)e.GetDouble())]),
            StringComparer.Ordinal);

    static IEnumerable<JsonElement> Flat(JsonElement data) => data.ValueKind == JsonValueKind.Array ? data.EnumerateArray().SelectMany(Flat) : [data];
}
