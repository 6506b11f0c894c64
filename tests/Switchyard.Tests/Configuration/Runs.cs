using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Models;

namespace Switchyard.Tests;

/// <summary>A small configuration, and the calls by which tests read it.</summary>
static class Runs
{
    public const string Minimal =
        """
        sources: data.csv
        fields: [region, item]
        tasks: {click: click}
        split:
          train: row mod 10 in [0..7]
          validation: row mod 10 == 8
          test: row mod 10 == 9
        model: wide
        """;

    public static readonly IReadOnlyDictionary<string, Type> Models = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["wide"] = typeof(WideOptions),
        ["deep"] = typeof(DeepOptions),
    };

    public static RunConfiguration Parse(string yaml, params string[] overrides) =>
        RunConfiguration.Parse(yaml, "run.yaml", "/data/demo", overrides, _ => null, Models);

    public static RunConfiguration ParseWith(string yaml, string variable, string value) =>
        RunConfiguration.Parse(yaml, "run.yaml", "/data/demo", [], name => name == variable ? value : null, Models);

    /// <summary>The message of the error that a configuration gives; it is always one line.</summary>
    public static string Error(string yaml, params string[] overrides)
    {
        var message = Should.Throw<InputException>(() => Parse(yaml, overrides)).Message;
        message.ShouldNotContain("\n");
        return message;
    }

    /// <summary>The minimal configuration with one section replaced.</summary>
    public static string With(string section, string text)
    {
        var lines = Minimal.Split('\n').ToList();
        var start = lines.FindIndex(l => l.StartsWith(section + ":", StringComparison.Ordinal));
        if (start < 0) return $"{Minimal}\n{text}";
        var end = lines.FindIndex(start + 1, l => !l.StartsWith(' '));
        lines.RemoveRange(start, (end < 0 ? lines.Count : end) - start);
        return $"{string.Join('\n', lines)}\n{text}";
    }

    /// <summary>Line (from 1) of the first line with a text.</summary>
    public static int LineOf(string yaml, string text) => yaml[..yaml.IndexOf(text, StringComparison.Ordinal)].Count(c => c == '\n') + 1;
}

sealed record WideOptions : ModelOptions
{
    [Description("How many."), Range(1, 100)]
    public int Experts { get; init; } = 4;

    [Description("How many are chosen."), Range(1, 100)]
    public int Chosen { get; init; } = 1;

    [Description("Layer widths."), Range(1, int.MaxValue)]
    public ImmutableArray<int> Widths { get; init; } = [64];

    [Description("Share of values dropped."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public float Dropout { get; init; }

    [Description("Shape of the noise.")]
    public NoiseOptions Noise { get; init; } = new();

    public override string Topology => "tests only";

    public override RankingModel Build(Scope scope, ModelShape shape) => throw new NotSupportedException("Read only, never built.");

    protected override ValidationResult? Conflict =>
        Chosen > Experts ? new($"{Chosen} experts cannot be chosen out of {Experts}; choose at most {Experts}.", [nameof(Chosen)]) : null;
}

enum NoiseSchedule { Constant, LinearDecay }

sealed record NoiseOptions
{
    [Description("Standard deviation; default 1/experts."), Range(0.0, double.MaxValue)]
    public double? Deviation { get; init; }

    [Description("How it changes.")]
    public NoiseSchedule Schedule { get; init; } = NoiseSchedule.Constant;

    [Description("Levels it applies to.")]
    public IReadOnlyList<string> Levels { get; init; } = [];
}

sealed record DeepOptions : ModelOptions
{
    [Description("Bias on or off.")]
    public bool Bias { get; init; } = true;

    [Description("Steps of each stage.")]
    public long[] Steps { get; init; } = [1000, 500];

    public override string Topology => "tests only";

    public override RankingModel Build(Scope scope, ModelShape shape) => throw new NotSupportedException("Read only, never built.");
}
