namespace Switchyard.Tests;

public sealed class OverrideTests
{
    [Fact]
    public void Apply_ScalarPaths_ReplaceValues()
    {
        var run = Runs.Parse(Runs.Minimal, "split.seed=5", "fields[1].min_count=3", "tasks.click.weight=0.5", "model.experts=7", "name=x");

        run.Data.Split.Seed.ShouldBe(5ul);
        run.Data.Fields[1].MinCount.ShouldBe(3);
        run.Data.Tasks[0].Weight.ShouldBe(0.5f);
        ((WideOptions)run.Model.Options).Experts.ShouldBe(7);
        run.Output.ShouldBe("runs/x");
    }

    [Fact]
    public void Apply_FlowMapping_ReplacesWholeSection()
    {
        var run = Runs.Parse(Runs.With("model", "model: {name: wide, experts: 9}"), "model={name: deep, bias: false}");

        run.Model.Name.ShouldBe("deep");
        ((DeepOptions)run.Model.Options).Bias.ShouldBeFalse();
    }

    [Fact]
    public void Apply_NewSection_IsAdded() => Runs.Parse(Runs.Minimal, "evaluation.top_k=3").Evaluation.TopK.ShouldBe(3);

    [Fact]
    public void Apply_LaterOverride_Wins() => Runs.Parse(Runs.Minimal, "name=a", "name=b").Name.ShouldBe("b");

    [Fact]
    public void Apply_AliasedNode_ChangesOnlyThePath()
    {
        var yaml = Runs.With("fields", "fields: [{name: a, min_count: &n 2}, {name: b, min_count: *n}]");

        Runs.Parse(yaml, "fields.0.min_count=5").Data.Fields.Select(f => f.MinCount).ShouldBe([5, 2]);
    }

    [Theory]
    [InlineData("model.experts=many", "--set model.experts=many: model.experts: expected a whole number from 1 to 100, found 'many'.")]
    [InlineData("model.expert=3", "--set model.expert=3: unknown key 'expert' in model; did you mean 'experts'?")]
    [InlineData("seed", "--set seed: an override is written path=value")]
    [InlineData("=3", "--set =3: an override is written path=value")]
    [InlineData("a..b=3", "--set a..b=3: an override is written path=value")]
    [InlineData("fields[9].embedding=3", "--set fields[9].embedding=3: fields is a list of 2; '9' is not an index from 0 to 1.")]
    [InlineData("name.first=3", "--set name.first=3: ")]
    [InlineData("model={name: ", "--set model={name: : not valid YAML")]
    public void Apply_WrongOverride_NamesIt(string text, string expected) =>
        Runs.Error(Runs.Minimal + "\nname: demo", text).ShouldStartWith(expected);

    [Fact]
    public void Apply_OtherModelWithOldOptions_SaysHowToReplaceAll()
    {
        var message = Runs.Error(Runs.With("model", "model:\n  name: wide\n  experts: 9"), "model.name=deep");

        message.ShouldStartWith("run.yaml:10:3: unknown key 'experts' in model.");
        message.ShouldContain("--set \"model={name: deep, …}\" replaces all its options.");
    }
}
