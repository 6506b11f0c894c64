using Switchyard.Data;

namespace Switchyard.Tests;

public sealed class BinderTests
{
    [Fact]
    public void Parse_ModelAsName_TakesEveryDefault()
    {
        var model = Runs.Parse(Runs.Minimal).Model;

        model.Name.ShouldBe("wide");
        var options = model.Options.ShouldBeOfType<WideOptions>();
        options.Experts.ShouldBe(4);
        options.Widths.ShouldBe([64]);
        options.Noise.Schedule.ShouldBe(NoiseSchedule.Constant);
        options.Noise.Deviation.ShouldBeNull();
    }

    [Fact]
    public void Parse_EveryKindOfValue_IsRead()
    {
        var options = (WideOptions)Runs.Parse(Runs.With("model", """
            model:
              name: wide
              experts: 6
              widths: [128, 64]
              dropout: 2.5e-1
              noise: {deviation: 0.5, schedule: linear_decay, levels: [region, device]}
            """)).Model.Options;

        options.Experts.ShouldBe(6);
        options.Widths.ShouldBe([128, 64]);
        options.Dropout.ShouldBe(0.25f);
        options.Noise.Deviation.ShouldBe(0.5);
        options.Noise.Schedule.ShouldBe(NoiseSchedule.LinearDecay);
        options.Noise.Levels.ShouldBe(["region", "device"]);
    }

    [Fact]
    public void Parse_SingleValueForList_IsListOfOne() =>
        ((WideOptions)Runs.Parse(Runs.With("model", "model: {name: wide, widths: 32}")).Model.Options).Widths.ShouldBe([32]);

    [Fact]
    public void Parse_BooleanAndArray_AreRead()
    {
        var options = (DeepOptions)Runs.Parse(Runs.With("model", "model: {name: deep, bias: false, steps: [3000000000]}")).Model.Options;

        options.Bias.ShouldBeFalse();
        options.Steps.ShouldBe([3_000_000_000L]);
    }

    [Fact]
    public void Parse_NullForNullable_IsNull() =>
        ((WideOptions)Runs.Parse(Runs.With("model", "model: {name: wide, noise: {deviation: null}}")).Model.Options).Noise.Deviation.ShouldBeNull();

    [Theory]
    [InlineData("expert: 6", "unknown key 'expert' in model; did you mean 'experts'? Known keys: name, experts, chosen, widths, dropout, noise, without, embedding.")]
    [InlineData("colour: 6", "unknown key 'colour' in model. Known keys: name, experts")]
    [InlineData("noise: {scedule: constant}", "unknown key 'scedule' in model.noise; did you mean 'schedule'?")]
    [InlineData("experts: many", "model.experts: expected a whole number from 1 to 100, found 'many'.")]
    [InlineData("experts: 2.5", "model.experts: expected a whole number from 1 to 100, found '2.5'.")]
    [InlineData("experts: 0", "model.experts: expected a whole number from 1 to 100, found '0'.")]
    [InlineData("experts: 99999999999", "model.experts: expected a whole number from 1 to 100, found '99999999999'.")]
    [InlineData("experts:", "model.experts: expected a whole number from 1 to 100, found no value.")]
    [InlineData("experts: [1]", "model.experts: expected a whole number from 1 to 100, found a list.")]
    [InlineData("widths: [64, 0]", "model.widths[1]: expected a whole number of at least 1, found '0'.")]
    [InlineData("dropout: 1", "model.dropout: expected a number of at least 0 and less than 1, found '1'.")]
    [InlineData("dropout: nan", "model.dropout: expected a number")]
    [InlineData("noise: 3", "model.noise: expected a mapping with the keys deviation, schedule, levels, found '3'.")]
    [InlineData("noise: {schedule: linear-decoy}", "model.noise.schedule: expected constant or linear-decay, found 'linear-decoy'; did you mean 'linear-decay'?")]
    [InlineData("chosen: 5", "model.chosen: 5 experts cannot be chosen out of 4; choose at most 4.")]
    public void Parse_WrongValue_SaysWhatIsAccepted(string line, string expected)
    {
        var yaml = Runs.With("model", $"model:\n  name: wide\n  {line}");

        var message = Runs.Error(yaml);

        message.ShouldStartWith($"run.yaml:{Runs.LineOf(yaml, line)}:");
        message.ShouldContain(expected);
    }

    [Fact]
    public void Parse_BadBoolean_SaysTrueOrFalse() =>
        Runs.Error(Runs.With("model", "model: {name: deep, bias: yes}")).ShouldContain("model.bias: expected true or false, found 'yes'.");

    [Fact]
    public void Parse_UnknownModel_ListsKnown() =>
        Runs.Error(Runs.With("model", "model: wid")).ShouldBe("run.yaml:8:8: model.name: unknown architecture 'wid'; did you mean 'wide'? Known: deep, wide.");

    [Fact]
    public void Parse_ModelWithoutName_ListsKnown() =>
        Runs.Error(Runs.With("model", "model: {experts: 3}")).ShouldContain("model: key 'name' is missing; it needs one of: deep, wide.");

    [Fact]
    public void Parse_UnknownKeyAtRoot_HasPlaceAndSuggestion() =>
        Runs.Error(Runs.Minimal + "\n\n  \nfeilds: [a]").ShouldStartWith("run.yaml:11:1: unknown key 'feilds'; did you mean 'fields'? Known keys: name, sources");

    [Fact]
    public void Distance_KnownPairs_CountsEdits()
    {
        Suggestion.Distance("", "abc").ShouldBe(3);
        Suggestion.Distance("kitten", "sitting").ShouldBe(3);
        Suggestion.Distance("rate", "rate").ShouldBe(0);
    }

    [Theory]
    [InlineData("BatchSize", "batch_size")]
    [InlineData("KSpecific", "k_specific")]
    [InlineData("TopK", "top_k")]
    [InlineData("L2Weight", "l2_weight")]
    public void Snake_PropertyName_SeparatesWords(string name, string key) => Names.Snake(name).ShouldBe(key);
}
