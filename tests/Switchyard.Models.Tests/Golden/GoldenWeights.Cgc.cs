using System.Globalization;
using System.Text.RegularExpressions;
using Switchyard.Engine;

namespace Switchyard.Models.Tests;

/// <summary>
/// CGC layers: head a of the golden file is (scenario a / T, task a mod T); ours keep the experts and the gate of a task together,
/// scenario by scenario, and the shared gate's columns with the heads whose experts they weigh.
/// </summary>
static partial class GoldenWeights
{
    /// <summary>Null where the name is not one of a CGC layer.</summary>
    static (Parameter Parameter, int Position)[]? Cgc(ParameterSet parameters, string name, GoldenTensor tensor)
    {
        if (CgcName().Match(name) is not { Success: true } match) return null;
        var layer = match.Groups["layer"].Value.Replace("level.", "layer.", StringComparison.Ordinal);
        Parameter Find(string path) => parameters.Dense.Single(p => p.Name == layer + path);
        int Number(string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
        var tasks = parameters.Dense.Count(p => p.Name.StartsWith(layer + "task.", StringComparison.Ordinal) && p.Name.EndsWith(".gate.weight", StringComparison.Ordinal));
        var kind = match.Groups["kind"].Value;
        if (match.Groups["shared"].Success) return Expert(Find($"shared.expert.{Number("depth")}.{kind}"), Number("expert"));
        var shared = Find("shared.expert.0.weight").Count;
        var experts = Find("task.0.expert.0.weight").Count;
        var scenarios = (Find("task.0.gate.weight").Cols - experts) / shared;
        if (match.Groups["common"].Success)
        {
            return [.. Enumerable.Range(0, tensor.Data.Length).Select(i => (i / tensor.Cols) switch
            {
                var row when row < tasks * experts => At(Find($"task.{row / experts}.shared_gate.weight"), i % tensor.Cols, row % experts),
                var row => At(Find("shared.gate.weight"), i % tensor.Cols, row - tasks * experts),
            })];
        }

        var (scenario, task) = (Number("head") / tasks, Number("head") % tasks);
        if (match.Groups["expert"].Success) return Expert(Find($"task.{task}.expert.{Number("depth")}.{kind}"), scenario * (experts / scenarios) + Number("expert"));
        var gate = Find($"task.{task}.gate.weight");
        return [.. Enumerable.Range(0, tensor.Data.Length).Select(i => At(gate, i % tensor.Cols, scenario * tensor.Rows + i / tensor.Cols))];

        static (Parameter, int) At(Parameter parameter, int row, int col) => (parameter, (row * parameter.Cols) + col);
        (Parameter, int)[] Expert(Parameter parameter, int matrix) => kind == "weight" ? Transposed(parameter, matrix, tensor) : Straight(parameter, matrix, tensor);
    }

    [GeneratedRegex(@"^(?<layer>level\.\d+\.|cgc\.)((?<shared>shared)\.(?<expert>\d+)\.(?<depth>\d+)|task\.(?<head>\d+)\.(?<expert>\d+)\.(?<depth>\d+)|gate\.((?<common>shared)|(?<head>\d+)))\.(?<kind>weight|bias)$")]
    private static partial Regex CgcName();
}
