namespace Switchyard.Serving.Tests;

public sealed class VersionOrderTests
{
    [Theory]
    [InlineData("9", "10")]
    [InlineData("v2", "v10")]
    [InlineData("1.9.3", "1.10")]
    [InlineData("2026-02-03", "2026-11-01")]
    [InlineData("01", "1")]
    [InlineData("1", "1.1")]
    [InlineData("7a", "7b")]
    [InlineData("12", "a")]
    [InlineData("99999999999999999999", "100000000000000000000")]
    public void Compare_OlderAndNewer_NaturalOrder(string older, string newer)
    {
        VersionOrder.Instance.Compare(older, newer).ShouldBeLessThan(0);
        VersionOrder.Instance.Compare(newer, older).ShouldBeGreaterThan(0);
        VersionOrder.Instance.Compare(newer, newer).ShouldBe(0);
    }
}
