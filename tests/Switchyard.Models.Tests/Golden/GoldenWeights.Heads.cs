using System.Globalization;
using System.Text.RegularExpressions;
using Switchyard.Engine;

namespace Switchyard.Models.Tests;

/// <summary>
/// Cross-stitch and HMoE: ours keep what belongs to a task together. A row of a golden stitch is a parameter of its own head; the gates
/// of all scenarios are the columns of one matrix, the label gates a stack.
/// </summary>
static partial class GoldenWeights
{
    /// <summary>Null where the parameters are not those of such a model.</summary>
    static (Parameter Parameter, int Position)[]? Heads(ParameterSet parameters, string name, GoldenTensor tensor)
    {
        Parameter? Find(string path) => parameters.Dense.SingleOrDefault(p => p.Name == path);
        if (HeadName().Match(name) is not { Success: true } match) return null;
        var (kind, number, rest) = (match.Groups[1].Value, int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture), match.Groups[3].Value);
        switch (kind)
        {
            case "stitch":
                return [.. Enumerable.Range(0, tensor.Data.Length).Select(i => (Find($"stitch.{number}.{i / tensor.Cols}.weight")!, i % tensor.Cols))];
            case "gate" when Find("gate.weight") is { } gate:
                return [.. Enumerable.Range(0, tensor.Data.Length).Select(i => (gate, i % tensor.Cols * gate.Cols + number * tensor.Rows + i / tensor.Cols))];
            case "label_gate":
                return Transposed(Find("label_gate.0.weight")!, number, tensor);
            case "output":
                return Of(Find($"tower.{number}.output.{rest}")!);
            case "tower" when Find($"tower.{number}.hidden.{rest}") is { } hidden:
                return Of(hidden);
            case "tower" when Find($"tower.0.scenario.{number}.{rest}") is { } own:
                return Of(own);
            default:
                return null;
        }

        (Parameter, int)[] Of(Parameter parameter) => rest.EndsWith("weight", StringComparison.Ordinal) ? Transposed(parameter, 0, tensor) : Straight(parameter, 0, tensor);
    }

    [GeneratedRegex(@"^(stitch|gate|label_gate|output|tower)\.(\d+)\.?(.*)$")]
    private static partial Regex HeadName();
}
