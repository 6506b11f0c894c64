using System.Text.Json;

namespace Switchyard.Client.Tests;

public sealed class FieldValueTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("1.50")]
    [InlineData("-1E+16")]
    [InlineData("\"K\\u00F6ln \\u0022x\\u0022\"")]
    [InlineData("[\"a\",1.0,\"\"]")]
    [InlineData("[]")]
    public void Json_ReadAndWritten_IsTheSame(string json)
    {
        var value = JsonSerializer.Deserialize<FieldValue>(json);
        JsonSerializer.Serialize(value).ShouldBe(json);
        value.ToString().ShouldBe(json);
        value.ShouldBe(JsonSerializer.Deserialize<FieldValue>(json));
        (value == FieldValue.Missing).ShouldBe(json == "null");
    }

    [Fact]
    public void Numbers_AreWrittenWithTheirDigits()
    {
        ((FieldValue)0.1f).ToString().ShouldBe("0.1");
        ((FieldValue)1e300).ToString().ShouldBe("1E+300");
        ((FieldValue)1.50m).ToString().ShouldBe("1.50");
        ((FieldValue)long.MinValue).ToString().ShouldBe("-9223372036854775808");
        FieldValue.Number("0.10").ToString().ShouldBe("0.10");
        foreach (var text in new[] { "", "x", "1 ", " 1", "01", "NaN", "\"1\"", "1,2" }) Should.Throw<ArgumentException>(() => FieldValue.Number(text));
    }

    [Fact]
    public void Values_ThatJsonHasNot_AreRefused()
    {
        Should.Throw<ArgumentException>(() => (FieldValue)double.NaN);
        Should.Throw<ArgumentException>(() => (FieldValue)float.PositiveInfinity);
        Should.Throw<ArgumentException>(() => FieldValue.List([FieldValue.Missing]));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<FieldValue>("[[1]]"));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<FieldValue>("{}"));
    }
}
