using System.Globalization;
using System.Text.RegularExpressions;
using Switchyard.Engine;

namespace Switchyard.Models.Tests;

/// <summary>STAR: the golden file's one output is our first task's, and "domain" means scenario.</summary>
static partial class GoldenWeights
{
    /// <summary>Null where the name is not one of STAR.</summary>
    static (Parameter Parameter, int Position)[]? Star(ParameterSet parameters, string name, GoldenTensor tensor)
    {
        if (StarName().Match(name) is not { Success: true } match) return null;
        var layers = parameters.Dense.Count(p => p.Name.StartsWith("star.", StringComparison.Ordinal) && p.Name.EndsWith("shared_weight", StringComparison.Ordinal));
        var path = match.Groups["part"].Value switch
        {
            "norm" => "norm." + (match.Groups["domain"].Success ? "" : "shared_") + match.Groups["kind"].Value,
            "star" => Layer(match.Groups["layer"].Value) + (match.Groups["domain"].Success ? "" : "shared_") + match.Groups["kind"].Value,
            _ => name.Replace("aux.output", "tower.0.auxiliary", StringComparison.Ordinal).Replace("domain_", "", StringComparison.Ordinal).Replace("aux.", "auxiliary_net.", StringComparison.Ordinal),
        };
        var parameter = parameters.Dense.Single(p => p.Name == path);
        if (!path.EndsWith("weight", StringComparison.Ordinal)) return Straight(parameter, 0, tensor);
        var (outputs, inputs) = (parameter.Cols, parameter.RowsEach);
        return [.. Enumerable.Range(0, tensor.Data.Length).Select(i => (parameter, (i / (outputs * inputs) * outputs * inputs) + (i % inputs * outputs) + (i / inputs % outputs)))];

        string Layer(string layer) => int.Parse(layer, CultureInfo.InvariantCulture) < layers ? $"star.{layer}." : "tower.0.star.";
    }

    [GeneratedRegex(@"^((?<part>norm)\.(?<domain>domain_)?(?<kind>gamma|beta)|(?<part>star)\.shared\.(?<layer>\d+)\.(?<kind>weight|bias)|(?<part>star)\.(?<domain>domain)_(?<kind>weight|bias)\.(?<layer>\d+)|(?<part>aux)\..*)$")]
    private static partial Regex StarName();
}
