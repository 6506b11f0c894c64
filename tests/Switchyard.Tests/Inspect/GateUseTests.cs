namespace Switchyard.Tests;

public sealed class GateUseTests
{
    static GateUse Gate(params double[] shared) => new()
    {
        Task = null,
        Column = null,
        Scenario = null,
        Rows = 10,
        Specific = [],
        Shared = [.. shared],
        Chosen = [.. shared],
        Weight = [.. shared],
    };

    [Theory]
    [InlineData(0, 1.0, 0.0, 0.0, 0.0)]
    [InlineData(1, 0.5, 0.5, 0.0, 0.0)]
    [InlineData(2, 0.5, 0.5, 0.5, 0.5)]
    [InlineData(1.5, 0.5, 0.25, 0.25, 0.0)]
    public void Entropy_Shares_IsThatOfOneChoiceInBits(double bits, params double[] shares) =>
        Gate(shares).Entropy(ExpertKind.Shared).ShouldBe(bits, 1e-12);

    [Fact]
    public void Entropy_NothingChosen_IsZero() => Gate(0, 0).Entropy(ExpertKind.Shared).ToString("R", null).ShouldBe("0");

    [Fact]
    public void Overlap_Gates_IsWhatTheirChoicesHaveInCommon()
    {
        GateUse.Overlap(Gate(1, 1, 0, 0), Gate(0.5, 0.5, 0, 0), ExpertKind.Shared).ShouldBe(1);
        GateUse.Overlap(Gate(1, 0, 0, 0), Gate(0, 0, 1, 0), ExpertKind.Shared).ShouldBe(0);
        GateUse.Overlap(Gate(0.75, 0.25), Gate(0.25, 0.75), ExpertKind.Shared).ShouldBe(0.5);
    }

    [Fact]
    public void Overlap_OtherNumberOfExperts_IsRefused() =>
        Should.Throw<ArgumentException>(() => GateUse.Overlap(Gate(1, 0), Gate(1, 0, 0), ExpertKind.Shared)).Message.ShouldContain("2 experts");
}
