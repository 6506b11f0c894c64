namespace Switchyard.Data.Tests;

public sealed class ConditionTests
{
    static readonly string[] Header = ["a", "b", "n", "d", "odd name"];

    static bool Holds(string condition, params string[] values) => Holds(condition, new SplitSpec(), 1, values);

    static bool Holds(string condition, SplitSpec split, int rows, params string[] values)
    {
        var row = new ValueRow(Header, "test.csv");
        for (var i = 0; i < rows; i++) row.Set([.. values.Concat(Enumerable.Repeat("", Header.Length - values.Length))]);
        return RowTest.Bind(Condition.Parse(condition), new Header(Header, "test.csv"), split).Holds(row);
    }

    static float Label(string condition, params string[] values)
    {
        var row = new ValueRow(Header, "test.csv").Set([.. values.Concat(Enumerable.Repeat("", Header.Length - values.Length))]);
        return RowTest.Bind(Condition.Parse(condition), new Header(Header, "test.csv"), new SplitSpec()).Label(row);
    }

    [Theory]
    [InlineData("a == x", "x", true)]
    [InlineData("a == x", "X", false)]
    [InlineData("a==x", "x", true)]
    [InlineData("a == 10", "10.0", true)]
    [InlineData("a == 1e1", "10", true)]
    [InlineData("a == 10", "010x", false)]
    [InlineData("a == 'x, y'", "x, y", true)]
    [InlineData("a == \"it's\"", "it's", true)]
    [InlineData("a == two words", "two words", true)]
    [InlineData("a == x", "", false)]
    [InlineData("a != x", "", true)]
    [InlineData("a != x", "x", false)]
    [InlineData("a != 10", "10.00", false)]
    [InlineData("a in [x, y]", "y", true)]
    [InlineData("a in [x, 10]", "10.0", true)]
    [InlineData("a in ['x, y', z]", "x, y", true)]
    [InlineData("a in [x, y]", "", false)]
    [InlineData("a in ['1..5']", "1..5", true)]
    [InlineData("a not in [x, y]", "z", true)]
    [InlineData("a not in [x, y]", "x", false)]
    [InlineData("a not in [x, y]", "", true)]
    [InlineData("a == 2018-11-07", "2018-11-07T10:00:00", true)]
    [InlineData("a == 2018-11-07", "2018-11-08T00:00:00", false)]
    [InlineData("a != 2018-11-07", "2018-11-07 10:00:00", false)]
    [InlineData("a in [2018-11-06, 2018-11-07]", "2018-11-07 10:00", true)]
    [InlineData("a == 2018-11-07T10:00:00Z", "2018-11-07 12:00:00+02", true)]
    [InlineData("a == 2018-11-07T10:00:00", "2018-11-07 10:00:00.0 UTC", true)]
    [InlineData("a == 2018-11-07", "2018-11-7", false)]
    [InlineData("a == 'x and y'", "x and y", true)]
    [InlineData("a == android", "android", true)]
    [InlineData("a is present", "nan", false)]
    [InlineData("a is missing", "NaN", true)]
    [InlineData("a in [x]", "NaN", false)]
    [InlineData("a not in [x]", "NaN", true)]
    [InlineData("a is present", "0", true)]
    [InlineData("a is present", "", false)]
    [InlineData("a is missing", "", true)]
    [InlineData("a is missing", "x", false)]
    [InlineData("`a` == x", "x", true)]
    public void Holds_TextConditions_CompareTextAndNumbers(string condition, string value, bool expected) =>
        Holds(condition, value).ShouldBe(expected);

    [Theory]
    [InlineData("a < 5", "4.9", true)]
    [InlineData("a < 5", "5", false)]
    [InlineData("a <= 5", "5.0", true)]
    [InlineData("a > -1e2", "-99", true)]
    [InlineData("a >= 10", "9", false)]
    [InlineData("a >= 10", "", false)]
    [InlineData("a >= 2018-11-08", "2018-11-08", true)]
    [InlineData("a < 2018-11-08", "2018-11-07 23:59:59", true)]
    [InlineData("a <= 2018-11-08", "2018-11-08T00:00:01", true)]
    [InlineData("a <= 2018-11-08", "2018-11-08T23:59:59.9999999", true)]
    [InlineData("a <= 2018-11-08", "2018-11-09", false)]
    [InlineData("a > 2018-11-08", "2018-11-08 12:00", false)]
    [InlineData("a > 2018-11-08", "2018-11-09 00:00", true)]
    [InlineData("a < 2018-11-08", "2018-11-08 00:00", false)]
    [InlineData("a >= 2018-11-08T00:00:00", "2018-11-08", true)]
    [InlineData("a < 2019-11-24T10:00:00Z", "2019-11-24T10:30:00+02:00", true)]
    [InlineData("a <= 2019-11-24T10:00:00", "2019-11-24T12:00:00.0+0200", true)]
    [InlineData("a < 2019-11-24T10:00:00.5", "2019-11-24T10:00:00.25", true)]
    [InlineData("a < 2019-11-24T10:00:00.5", "2019-11-24T10:00:00.500", false)]
    [InlineData("a > 2018-11-08", "2018-11-08T23:30:00-05:00", true)]
    [InlineData("a < 2018-11-08", "NaN", false)]
    [InlineData("a > 2019-11-24 10:00:00", "2019-11-24T10:00:01", true)]
    [InlineData("a > 2019-11-24", "", false)]
    public void Holds_OrderConditions_CompareNumbersAndDates(string condition, string value, bool expected) =>
        Holds(condition, value).ShouldBe(expected);

    [Fact]
    public void Holds_QuotedColumnName_ReadsThatColumn() => Holds("`odd name` == 1", "", "", "", "", "1").ShouldBeTrue();

    [Theory]
    [InlineData("a < 5", "cheap")]
    [InlineData("a < 5", "2018-11-08")]
    [InlineData("a < 2018-11-08", "5")]
    [InlineData("a < 2018-11-08", "2018-13-45")]
    [InlineData("a < 2018-11-08", "2018-02-29")]
    [InlineData("a < 2018-11-08", "2018-11-08T25:00")]
    [InlineData("a < 2018-11-08", "2018-11-08T10:00 CET")]
    [InlineData("a < 2018-11-08", "2018-11-08T10")]
    [InlineData("a < 2018-11-08", "2018-11-08T10:00:00.")]
    [InlineData("a < 2018-11-08", "2018-11-08T10:00+2")]
    public void Holds_ValueWithoutOrder_NamesPlaceColumnAndValue(string condition, string value)
    {
        var message = Should.Throw<InputException>(() => Holds(condition, value)).Message;
        message.ShouldContain("test.csv, line 1");
        message.ShouldContain("'a'");
        message.ShouldContain($"'{value}'");
    }

    [Fact]
    public void Holds_HashOfOneColumn_IsFnvOfItsText()
    {
        // FNV-1a 64 of "foobar" is 9625390261332436968.
        Holds("hash(a) mod 10 == 8", "foobar").ShouldBeTrue();
        Holds("hash(a) mod 10 in [0..7, 9]", "foobar").ShouldBeFalse();
        Holds("hash(a) mod 10 != 8", "foobar").ShouldBeFalse();
        Holds("hash(a) mod 1000 in [960..968]", "foobar").ShouldBeTrue();
        Holds("hash(a) mod 10 not in [8]", "foobar").ShouldBeFalse();
    }

    [Fact]
    public void Holds_HashOfTwoColumns_JoinsThemByTheUnitSeparator()
    {
        var expected = Fnv1a64.Of("x\u001Fy") % 1000;
        Holds($"hash(a, b) mod 1000 == {expected}", "x", "y").ShouldBeTrue();
        Holds($"hash(b, a) mod 1000 == {expected}", "x", "y").ShouldBeFalse();
    }

    [Fact]
    public void Holds_RowModulo_HashesSeedAndRowNumber()
    {
        for (var row = 0; row < 50; row++)
        {
            var expected = Fnv1a64.Of($"7\u001F{row}") % 10;
            Holds($"row mod 10 == {expected}", new SplitSpec { Seed = 7 }, row + 1, "x").ShouldBeTrue();
        }
    }

    [Fact]
    public void Holds_RowModuloOfIdenticalRows_HashesSeedAndValues()
    {
        var split = new SplitSpec { Seed = 7, KeepIdenticalRowsTogether = true };
        var expected = Fnv1a64.Of("7\u001Fx\u001Fy\u001F\u001F\u001F") % 1000;
        Holds($"row mod 1000 == {expected}", split, 1, "x", "y").ShouldBeTrue();
        Holds($"row mod 1000 == {expected}", split, 9, "x", "y").ShouldBeTrue();
    }

    [Theory]
    [InlineData("1", 1f)]
    [InlineData("0", 0f)]
    [InlineData("1.0", 1f)]
    [InlineData("0.0", 0f)]
    [InlineData("true", 1f)]
    [InlineData("False", 0f)]
    [InlineData("", float.NaN)]
    [InlineData("nan", float.NaN)]
    public void Label_BareColumn_IsZeroOneOrNotObserved(string value, float expected) => Label("a", value).ShouldBe(expected);

    [Theory]
    [InlineData("2")]
    [InlineData("-1")]
    [InlineData("0.5")]
    [InlineData("yes")]
    public void Label_BareColumnOutsideZeroOne_NamesPlaceColumnAndValue(string value)
    {
        var message = Should.Throw<InputException>(() => Label("a", value)).Message;
        message.ShouldContain("outside 0/1");
        message.ShouldContain("test.csv, line 1");
        message.ShouldContain("'a'");
        message.ShouldContain($"'{value}'");
    }

    [Fact]
    public void Label_Comparison_IsNotObservedWhereTheColumnIsMissing()
    {
        Label("a == 10", "10").ShouldBe(1f);
        Label("a == 10", "8").ShouldBe(0f);
        Label("a == 10", "").ShouldBe(float.NaN);
        Label("a != 10", "").ShouldBe(float.NaN);
        Label("a > 3", "").ShouldBe(float.NaN);
        Label("a > 3", "NaN").ShouldBe(float.NaN);
        Label("a == 10", "NaN").ShouldBe(float.NaN);
        Label("a is present", "").ShouldBe(0f);
    }

    [Fact]
    public void Columns_OfEveryForm_AreListedOnce()
    {
        Condition.Parse("hash(a, b, a) mod 3 == 0").Columns.ShouldBe(["a", "b"]);
        Condition.Parse("row mod 3 == 0").Columns.ShouldBeEmpty();
        Condition.Parse("`odd name`").Columns.ShouldBe(["odd name"]);
        Condition.Parse("hash == 3").Columns.ShouldBe(["hash"]);
        Condition.Parse("row == 3").Columns.ShouldBe(["row"]);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a =", "==")]
    [InlineData("a = b", "==")]
    [InlineData("a ==", "value is missing")]
    [InlineData("a == ''", "is missing")]
    [InlineData("a in x", "[")]
    [InlineData("a in [x", "]")]
    [InlineData("a in []", "value is missing")]
    [InlineData("a in [1..5]", ">= and <=")]
    [InlineData("a not x", "'in'")]
    [InlineData("a is here", "'present'")]
    [InlineData("a is present now", "left over")]
    [InlineData("a == 'x", "not closed")]
    [InlineData("a == 'x' y", "left over")]
    [InlineData("hash(a) in [1]", "mod")]
    [InlineData("hash(a mod 3 == 1", "operator|')'")]
    [InlineData("hash() mod 3 == 1", "column name")]
    [InlineData("hash(a) mod 0 == 1", "mod 0")]
    [InlineData("hash(a) mod 3 == 3", "remainder")]
    [InlineData("hash(a) mod 9 in [5..2]", "backwards")]
    [InlineData("hash(a) mod x == 1", "whole number")]
    [InlineData("row mod 10 > 3", "modulus")]
    [InlineData("== 3", "column name")]
    [InlineData("a == NaN", "is missing")]
    [InlineData("a in ['nan']", "is missing")]
    [InlineData("a == 10 and b == 1", "list of conditions")]
    [InlineData("a == x AND y", "'AND'")]
    [InlineData("a == x or y", "'or'")]
    [InlineData("a == 10&&b", "'&&'")]
    [InlineData("a == 10 || b", "'||'")]
    [InlineData("a < 5 < 6", "'<'")]
    [InlineData("a == b == c", "'=='")]
    [InlineData("a in [x, y or z]", "'or'")]
    public void Parse_BadText_SaysWhatAndWhere(string text, string expected)
    {
        var message = Should.Throw<InputException>(() => Condition.Parse(text)).Message;
        message.ShouldContain($"\"{text}\"");
        message.ShouldContain("character ");
        message.ShouldContain("Accepted: ");
        expected.Split('|').ShouldContain(e => message.Contains(e));
    }

    [Fact]
    public void Bind_OrderAgainstADayThatIsNone_IsRefused() =>
        Should.Throw<InputException>(() => Holds("a < 2018-13-45", "2018-01-01")).Message.ShouldContain("neither a number nor a date");

    [Fact]
    public void Bind_OrderAgainstAWord_IsRefused() =>
        Should.Throw<InputException>(() => Holds("a < cheap", "x")).Message.ShouldContain("neither a number nor a date");

    [Fact]
    public void Parse_SameText_IsEqual()
    {
        Condition.Parse("a == 1").ShouldBe(Condition.Parse(" a == 1 "));
        Condition.Parse("a == 1").ShouldNotBe(Condition.Parse("a == 2"));
    }

    [Theory]
    [InlineData("", 14695981039346656037UL)]
    [InlineData("a", 12638187200555641996UL)]
    [InlineData("foobar", 9625390261332436968UL)]
    public void Fnv1a64_CheckNumbers_AreMet(string text, ulong expected) => Fnv1a64.Of(text).ShouldBe(expected);

    [Fact]
    public void Suggestion_NearName_IsFoundAndFarOneIsNot()
    {
        Suggestion.Nearest("regoin", ["device", "region"]).ShouldBe("region");
        Suggestion.Nearest("Region", ["region"]).ShouldBe("region");
        Suggestion.Nearest("zzz", ["region"]).ShouldBeNull();
        // To compare it would take time by its length.
        Suggestion.Nearest(new string('a', 65), [new string('a', 64)]).ShouldBeNull();
        Suggestion.For("zzz", ["a1", "b2"]).ShouldContain("a1, b2");
    }
}
