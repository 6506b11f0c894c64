using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>What values a key may be given.</summary>
abstract record TuneRange(string Key, Place Place)
{
    /// <summary>All values; default where there is no end of them.</summary>
    public abstract ImmutableArray<ConfigurationNode> Grid { get; }

    /// <summary>A value of the range.</summary>
    /// <param name="share">Uniform in [0, 1).</param>
    protected abstract ConfigurationNode At(double share);

    /// <summary>Which of a few bands of similar values a value falls in, as text; a band per value where there are few.</summary>
    public abstract string Band(ConfigurationNode value);

    /// <summary>Place of a band among the others.</summary>
    public abstract double Order(string band);

    /// <summary>The value of a draw. It depends on these and the key alone.</summary>
    public TuneSetting Draw(ulong seed, int number) =>
        new(Key, At(new RandomStream(seed, (ulong)number, SeededRandom.Hash(Key)).NextDouble()), Place);
}

/// <summary>One of a few values.</summary>
sealed record TuneChoice(string Key, Place Place, ImmutableArray<ConfigurationNode> Values) : TuneRange(Key, Place)
{
    public override ImmutableArray<ConfigurationNode> Grid => Values;

    public override string Band(ConfigurationNode value) => YamlText.Value(value);

    public override double Order(string band) => Values.Select(YamlText.Value).ToList().IndexOf(band);

    protected override ConfigurationNode At(double share) => Values[(int)(share * Values.Length)];
}

/// <summary>A number of an interval.</summary>
sealed record TuneNumber(string Key, Place Place, TuneNumberOptions Options) : TuneRange(Key, Place)
{
    const int Bands = 3;
    const int MostGrid = 10000;

    // A tenth of a thousandth of a learning rate decides nothing, and four digits can be read.
    const int FewDigits = 4;
    const int AllDigits = 15;

    // More where the ends of the range differ in later digits only.
    int Digits => (int)Math.Clamp(
        FewDigits + Math.Floor(Math.Log10(Math.Max(Math.Abs(Options.Min!.Value), Math.Abs(Options.Max!.Value)) / (Options.Max.Value - Options.Min.Value))), FewDigits, AllDigits);

    double Step => Options.Step ?? 1;

    // A tolerance: 0.1 to 0.3 by 0.1 has three values.
    int Steps => (int)Math.Floor((Options.Max!.Value - Options.Min!.Value) / Step + 1e-9) + 1;

    bool Stepped => Options.Step is not null || Options.Integer;

    public override ImmutableArray<ConfigurationNode> Grid =>
        !Stepped || Steps > MostGrid ? default : [.. Enumerable.Range(0, Steps).Select(StepAt)];

    public override string Band(ConfigurationNode value)
    {
        if (Stepped && Steps <= 2 * Bands) return YamlText.Value(value);
        var share = Share(double.Parse(((ScalarNode)value).Text, CultureInfo.InvariantCulture));
        var band = Math.Clamp((int)(share * Bands), 0, Bands - 1);
        return $"{Text(Value(band / (double)Bands))} … {Text(Value((band + 1) / (double)Bands))}";
    }

    public override double Order(string band) => double.Parse(band.Split(' ')[0], CultureInfo.InvariantCulture);

    protected override ConfigurationNode At(double share)
    {
        if (!Stepped) return Plain(Text(Value(share)));
        if (!Options.Log) return StepAt((int)(share * Steps));
        var whole = Math.Floor(Math.Exp(Math.Log(Options.Min!.Value) + share * Math.Log((Options.Max!.Value + 1) / Options.Min.Value)));
        return Plain(Text(Math.Clamp(whole, Options.Min.Value, Options.Max.Value)));
    }

    ConfigurationNode StepAt(int index) => Plain(Text(Math.Round(Options.Min!.Value + index * Step, 10)));

    double Value(double share) => Options.Log
        ? Math.Exp(Math.Log(Options.Min!.Value) + share * Math.Log(Options.Max!.Value / Options.Min.Value))
        : Options.Min!.Value + share * (Options.Max!.Value - Options.Min.Value);

    double Share(double value) => Options.Log
        ? Math.Log(value / Options.Min!.Value) / Math.Log(Options.Max!.Value / Options.Min.Value)
        : (value - Options.Min!.Value) / (Options.Max!.Value - Options.Min.Value);

    // Rounding must not lead out of the range.
    string Text(double value)
    {
        if (Stepped) return NumberShape.Text(value);
        var rounded = double.Parse(value.ToString($"G{Digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return NumberShape.Text(Math.Clamp(rounded, Options.Min!.Value, Options.Max!.Value));
    }

    ScalarNode Plain(string text) => new(Place, text, plain: true);
}

/// <summary>How a range of numbers is written.</summary>
sealed record TuneNumberOptions : IValidatableObject
{
    const double LargestWhole = 1L << 53;

    [Description("Smallest value.")]
    public double? Min { get; init; }

    [Description("Largest value.")]
    public double? Max { get; init; }

    [Description("Draw the logarithm evenly: as many values between 0.001 and 0.01 as between 0.01 and 0.1.")]
    public bool Log { get; init; }

    [Description("Whole numbers only.")]
    public bool Integer { get; init; }

    [Description("Only min and every so much above it.")]
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double? Step { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Min is not { } min || Max is not { } max)
        {
            yield return new ValidationResult("give both min and max, or choice.", [Min is null ? nameof(Min) : nameof(Max)]);
            yield break;
        }

        if (!double.IsFinite(max - min)) yield return new ValidationResult("is too far from min.", [nameof(Max)]);
        if (min >= max) yield return new ValidationResult($"must be less than max; for one value write it under 'set'.", [nameof(Min)]);
        if (Log && min <= 0) yield return new ValidationResult("must be greater than 0 where log is true.", [nameof(Min)]);
        if (Log && Step is not null) yield return new ValidationResult("steps are even and a logarithm is not; leave one of the two out, or give a list of values.", [nameof(Step)]);
        if (Integer && (min != Math.Floor(min) || Math.Abs(min) > LargestWhole)) yield return new ValidationResult("must be a whole number where integer is true.", [nameof(Min)]);
        if (Integer && (max != Math.Floor(max) || Math.Abs(max) > LargestWhole)) yield return new ValidationResult("must be a whole number where integer is true.", [nameof(Max)]);
        if (Integer && Step is { } step && step != Math.Floor(step)) yield return new ValidationResult("must be a whole number where integer is true.", [nameof(Step)]);
        if ((max - min) / (Step ?? (Integer ? 1 : max - min)) >= int.MaxValue) yield return new ValidationResult("so many steps cannot be told apart; leave step out, or give a larger one.", [nameof(Step)]);
    }
}
