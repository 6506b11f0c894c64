using System.Globalization;
using System.Text.RegularExpressions;
using Switchyard.Engine;

namespace Switchyard.Models.Tests;

/// <summary>
/// Where the values of a golden parameter lie in ours: Linear weights are transposed, experts are stacked, an AES gate
/// [m, n, d+q] or another one over [h ; u] is kept in two parts.
/// </summary>
static partial class GoldenWeights
{
    /// <param name="golden">The case.</param>
    /// <param name="parameters">Ours.</param>
    /// <param name="rename">A golden name as ours has it; null where they are the same.</param>
    public static void Load(GoldenCase golden, ParameterSet parameters, Func<string, string>? rename = null)
    {
        foreach (var (name, tensor) in golden.Parameters)
        {
            var places = Places(parameters, rename?.Invoke(name) ?? name, tensor);
            for (var i = 0; i < places.Length; i++) parameters.Values(places[i].Parameter)[places[i].Position] = tensor.Data[i];
        }

        parameters.Touch();
    }

    public static void CompareGradients(GoldenCase golden, ParameterSet parameters, Gradients gradients, Func<string, string>? rename = null)
    {
        foreach (var (name, tensor) in golden.Gradients)
        {
            if (!golden.Parameters.ContainsKey(name)) continue;
            var ours = Places(parameters, rename?.Invoke(name) ?? name, tensor).Select(p => gradients.Of(p.Parameter)[p.Position]).ToArray();
            golden.Compare("gradient of " + name, ours, tensor);
        }
    }

    static (Parameter Parameter, int Position)[] Places(ParameterSet parameters, string name, GoldenTensor tensor)
    {
        Parameter Find(string path) =>
            parameters.Dense.SingleOrDefault(p => p.Name == path) ?? throw new KeyNotFoundException($"golden {name}: there is no parameter {path}");

        if ((Cgc(parameters, name, tensor) ?? Hinet(parameters, name, tensor) ?? Star(parameters, name, tensor)) is { } places) return places;
        if (tensor.Shape.Length == 3 || parameters.Dense.Any(p => p.Name == name + ".input")) return Gate(Find(name + ".input"), Find(name + ".indicator"), tensor);
        if (Heads(parameters, name, tensor) is { } own) return own;
        var (path, matrix) = (name, 0);
        if (Expert().Match(name) is { Success: true } expert)
        {
            path = $"{expert.Groups[1].Value}expert.{expert.Groups[3].Value}.{expert.Groups[4].Value}";
            matrix = int.Parse(expert.Groups[2].Value, CultureInfo.InvariantCulture);
        }
        else if (name.Contains("scenario_embedding", StringComparison.Ordinal))
        {
            return Straight(Find(name + ".weight"), 0, tensor);
        }

        var parameter = Find(path);
        var transposed = name.EndsWith("weight", StringComparison.Ordinal);
        return transposed ? Transposed(parameter, matrix, tensor) : Straight(parameter, matrix, tensor);
    }

    static (Parameter, int)[] Straight(Parameter parameter, int matrix, GoldenTensor tensor) =>
        [.. Enumerable.Range(0, tensor.Data.Length).Select(i => (parameter, matrix * parameter.RowsEach * parameter.Cols + i))];

    static (Parameter, int)[] Transposed(Parameter parameter, int matrix, GoldenTensor tensor)
    {
        var inputs = tensor.Cols;
        var start = matrix * parameter.RowsEach * parameter.Cols;
        return [.. Enumerable.Range(0, tensor.Data.Length).Select(i => (parameter, start + (i % inputs * parameter.Cols) + (i / inputs)))];
    }

    static (Parameter, int)[] Gate(Parameter input, Parameter indicator, GoldenTensor tensor)
    {
        var width = tensor.Shape[^1];
        var places = new (Parameter, int)[tensor.Data.Length];
        for (var i = 0; i < places.Length; i++)
        {
            var (column, row) = (i / width, i % width);
            places[i] = row < input.Rows ? (input, (row * input.Cols) + column) : (indicator, ((row - input.Rows) * indicator.Cols) + column);
        }

        return places;
    }

    [GeneratedRegex(@"^(.*)expert\.(\d+)\.(\d+)\.(weight|bias)$")]
    private static partial Regex Expert();
}
