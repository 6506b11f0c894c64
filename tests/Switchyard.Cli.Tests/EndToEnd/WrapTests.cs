namespace Switchyard.Cli.Tests;

public sealed class WrapTests
{
    [Theory]
    [InlineData("short", 10, "short")]
    [InlineData("one two three", 8, "one two|three")]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("abcdefghij", 4, "abcd|efgh|ij")]
    [InlineData("", 4, "")]
    public void Wrap_LongText_CutsAtSpacesWithinTheWidth(string text, int width, string lines) =>
        string.Join('|', TerminalReporter.Wrap(text, width)).ShouldBe(lines);
}
