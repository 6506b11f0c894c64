using System.Globalization;
using System.Text;

namespace Switchyard.Data.Tests;

public sealed class TextNumberTests
{
    [Fact]
    public void TryParse_RandomNumbers_GivesTheBitsOfTheGeneralParser()
    {
        var random = new RandomStream(7, 0, 0);
        Span<byte> text = stackalloc byte[24];
        var parsed = 0;
        for (var i = 0; i < 300_000; i++)
        {
            // Digits of any number, mostly with a sign or a point somewhere, now and then with what makes it no number.
            var length = 1 + (int)random.Below(20);
            for (var c = 0; c < length; c++) text[c] = (byte)('0' + random.Below(10));
            if (random.Below(2) == 0) text[(int)random.Below((ulong)length)] = (byte)'.';
            if (random.Below(3) == 0) text[0] = (byte)'-';
            if (random.Below(20) == 0) text[(int)random.Below((ulong)length)] = ".e+-x "u8[(int)random.Below(6)];
            var number = text[..length];
            var expected = double.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var general)
                && double.IsFinite(general);
            TextNumber.TryParse(number, out var value).ShouldBe(expected, Encoding.ASCII.GetString(number));
            if (!expected) continue;
            parsed++;
            BitConverter.DoubleToInt64Bits(value).ShouldBe(BitConverter.DoubleToInt64Bits(general), Encoding.ASCII.GetString(number));
        }

        parsed.ShouldBeGreaterThan(200_000);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("-", false)]
    [InlineData("-.", false)]
    [InlineData("1.2.3", false)]
    [InlineData("1 ", false)]
    [InlineData("1e999", false)]
    [InlineData("5.", true)]
    [InlineData(".5", true)]
    [InlineData("-0", true)]
    [InlineData("000000000000000000001.5", true)]
    public void TryParse_OddText_IsANumberOrNot(string text, bool isNumber) => TextNumber.TryParse(Encoding.ASCII.GetBytes(text), out _).ShouldBe(isNumber);
}
