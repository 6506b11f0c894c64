namespace Switchyard.Tests;

public sealed class OneLineTests
{
    [Theory]
    [InlineData("rows.csv, line 4: 'é' is wrong.", "rows.csv, line 4: 'é' is wrong.")]
    [InlineData("first\nsecond\r\nthird", "first second third")]
    [InlineData("a\tb\0c\u001b[2Jd\u0085", "a�b�c�[2Jd ")]
    public void Of_Text_IsOneLineWithoutControlCharacters(string text, string line) => OneLine.Of(text).ShouldBe(line);

    [Fact]
    public void Of_LongText_KeepsBeginningAndEnd()
    {
        var line = OneLine.Of($"rows.csv: {new string('x', 1_000_000)}. Correct the value.");
        line.Length.ShouldBe(OneLine.Longest);
        line.ShouldStartWith("rows.csv: xxx");
        line.ShouldEndWith("xxx. Correct the value.");
        line.ShouldContain(" […] ");
        OneLine.Of(new string('y', OneLine.Longest)).ShouldBe(new string('y', OneLine.Longest));
    }
}
