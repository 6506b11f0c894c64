namespace Switchyard.Reports.Tests;

/// <summary>A picture of streams shows only ways that a row can take.</summary>
public sealed class FlowTests
{
    static readonly string[] Tasks = ["click", "buy"];

    /// <summary>A task's own experts and gates are no other task's, in any layer; what is shared reaches all.</summary>
    [Fact]
    public void Flow_Ple_JoinsTasksToTheirOwnStreams()
    {
        var flow = FlowOf("{name: ple, layers: 3}");
        var edges = Edges(flow);
        edges.Max(e => e.Layer).ShouldBe(3);
        edges.ShouldNotContain(e => OwnerOf(e.From) != null && OwnerOf(e.To) != null && OwnerOf(e.From) != OwnerOf(e.To));
        edges.ShouldContain(e => e.Layer == 1 && e.To.StartsWith("shared ", StringComparison.Ordinal) && OwnerOf(e.From) == "click", "the shared stream reads the experts of all tasks");
        foreach (var task in Tasks)
        {
            edges.ShouldContain(e => e.Layer == 3 && e.To == task && e.From == $"own 0 of {task}");
            edges.ShouldContain(e => e.Layer == 3 && e.To == task && e.From == "shared 0");
            edges.Where(e => e.To == task).ShouldAllBe(e => e.Layer == 3);
        }
    }

    [Fact]
    public void Flow_Hmoe_JoinsTasksToTheirOwnLabelGate()
    {
        var flow = FlowOf("hmoe");
        flow.Note!.ShouldContain("The experts below are not drawn");
        var edges = Edges(flow);
        foreach (var task in Tasks) edges.Where(e => e.To == task).ShouldAllBe(e => OwnerOf(e.From) == task);
        edges.Where(e => e.Layer == 0).Select(e => OwnerOf(e.To)).Distinct().ShouldBe(Tasks, ignoreOrder: true);
    }

    [Fact]
    public void Flow_HmoeWithoutLabelGates_GoesThroughItsExperts() =>
        Edges(FlowOf("{name: hmoe, mix_labels: false}")).Where(e => e.Layer == 0).ShouldAllBe(e => e.To.StartsWith("expert ", StringComparison.Ordinal));

    [Fact]
    public void Flow_Hinet_DrawsTheTaskLayerAlone()
    {
        var edges = Edges(FlowOf("hinet"));
        edges.Max(e => e.Layer).ShouldBe(1);
        edges.ShouldNotContain(e => OwnerOf(e.From) != null && e.Layer == 1 && OwnerOf(e.From) != e.To);
        edges.ShouldContain(e => e.From == "scenario's own 0 of click");
    }

    [Theory]
    [InlineData("cesaa", "layer 1")]
    [InlineData("aesm2", "scenario layer (city)")]
    [InlineData("sar_net", "experts")]
    public void Flow_LayersInARow_BeginsWithTheFirst(string model, string heading)
    {
        var flow = FlowOf(model);
        flow.Text(flow.Rows.First(r => flow.Number(r, "layer") == 0), "into").ShouldBe(heading);
        flow.Text(flow.Rows[^1], "into").ShouldBe("task");
    }

    [Theory]
    [InlineData("m3oe", "stand beside each other")]
    [InlineData("aitm", "choose no experts")]
    [InlineData("{name: ple, heads: pair}", "do not tell which ones")]
    public void Flow_WaysThatGatesDoNotTell_AreNotDrawn(string model, string why)
    {
        var section = Section(model);
        section.Figures.ShouldBeEmpty();
        section.Text.Single().ShouldContain(why);
    }

    /// <summary>M³oE's scenario and task experts are weighed by one number; that is no finding on gates.</summary>
    [Theory]
    [InlineData("m3oe", "One learned number")]
    [InlineData("{name: m3oe, balance: false}", "A row has its own scenario's expert alone.")]
    public void Experts_M3oe_FixedWeightsAreToldAsSuch(string model, string why)
    {
        using var run = new SmallRun(model);
        run.Train();
        var document = run.Report();
        document.Sections.Single(s => s.Id == "experts").Text.ShouldContain(t => t.StartsWith($"experts of scenarios: no gate chooses here. {why}", StringComparison.Ordinal));
        document.Figure("expert-use").Rows.Length.ShouldBe(1);
        document.Summary.ShouldNotContain(l => l.Text.Contains("experts of scenarios", StringComparison.Ordinal));
    }

    static Figure FlowOf(string model) => Section(model).Figures.Single();

    static Section Section(string model)
    {
        using var run = new SmallRun(model);
        run.Train();
        return run.Report().Sections.Single(s => s.Id == "flow");
    }

    static List<(int Layer, string From, string To)> Edges(Figure flow) => [.. flow.Rows.Select(r => ((int)flow.Number(r, "layer")!.Value, flow.Text(r, "from")!, flow.Text(r, "to")!))];

    static string? OwnerOf(string node) => Tasks.FirstOrDefault(t => node.EndsWith($" of {t}", StringComparison.Ordinal));
}
