using System.Globalization;
using System.Text.RegularExpressions;
using Switchyard.Engine;

namespace Switchyard.Models.Tests;

/// <summary>
/// HiNet: ours keeps the sub-experts of all scenarios in one bank and their gates in one matrix, scenario by scenario, and the towers of
/// a task's pairs in one bank.
/// </summary>
static partial class GoldenWeights
{
    /// <summary>Null where the name is not one of a part that several scenarios have.</summary>
    static (Parameter Parameter, int Position)[]? Hinet(ParameterSet parameters, string name, GoldenTensor tensor)
    {
        Parameter? Find(string path) => parameters.Dense.SingleOrDefault(p => p.Name == path);
        if (OwnMixture().Match(name) is { Success: true } match)
        {
            var (scenario, rest) = (Number(match, 1), match.Groups[2].Value);
            var gates = Find("sei.own.gate.weight")!;
            var subExperts = Find("sei.shared.gate.weight")!.Cols;
            if (SubExpert().Match(rest) is { Success: true } expert)
            {
                var parameter = Find($"sei.own.expert.{expert.Groups[2].Value}")!;
                var matrix = scenario * subExperts + Number(expert, 1);
                return rest.EndsWith("weight", StringComparison.Ordinal) ? Transposed(parameter, matrix, tensor) : Straight(parameter, matrix, tensor);
            }

            var first = scenario * subExperts;
            return rest == "gate.bias"
                ? [.. Enumerable.Range(0, tensor.Data.Length).Select(i => (Find("sei.own.gate.bias")!, first + i))]
                : [.. Enumerable.Range(0, tensor.Data.Length).Select(i => (gates, i % tensor.Cols * gates.Cols + first + i / tensor.Cols))];
        }

        // A tower of pair heads: (scenario, task) of the golden head scenario × T + task.
        if (HeadTower().Match(name) is not { Success: true } tower || Find("tower.0.output.weight") is not { Count: > 1 }) return null;
        var tasks = parameters.Dense.Count(p => p.Name.StartsWith("tower.", StringComparison.Ordinal) && p.Name.EndsWith("output.weight", StringComparison.Ordinal));
        var bank = Find(string.Create(CultureInfo.InvariantCulture, $"tower.{Number(tower, 1) % tasks}.{tower.Groups[2].Value}"))!;
        var member = Number(tower, 1) / tasks;
        return name.EndsWith("weight", StringComparison.Ordinal) ? Transposed(bank, member, tensor) : Straight(bank, member, tensor);

        static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^sei\.(\d+)\.(.*)$")]
    private static partial Regex OwnMixture();

    [GeneratedRegex(@"^expert\.(\d+)\.(\d+\.(weight|bias))$")]
    private static partial Regex SubExpert();

    [GeneratedRegex(@"^tower\.(\d+)\.(.*)$")]
    private static partial Regex HeadTower();
}
