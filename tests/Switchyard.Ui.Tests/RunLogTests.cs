using System.Text;

namespace Switchyard.Ui.Tests;

public sealed class RunLogTests : IDisposable
{
    readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    static string Text(in LogPiece piece) => Encoding.UTF8.GetString(piece.Lines.Span);

    [Fact]
    public void Read_GrowingLog_GivesEveryLineOnce()
    {
        File.WriteAllText(_file, "one\ntwo\n");
        var first = RunLog.Read(_file, default);
        File.AppendAllText(_file, "three\n");
        var second = RunLog.Read(_file, first.Next);
        (Text(first), Text(second)).ShouldBe(("one\ntwo\n", "three\n"));
        var third = RunLog.Read(_file, second.Next);
        (third.Lines.Length, third.Next, third.IsAnew).ShouldBe((0, second.Next, false));
    }

    [Fact]
    public void Read_HalfALine_WaitsForItsEnd()
    {
        File.WriteAllText(_file, "one\ntw");
        var first = RunLog.Read(_file, default);
        Text(first).ShouldBe("one\n");
        RunLog.Read(_file, first.Next).Lines.IsEmpty.ShouldBeTrue();
        File.AppendAllText(_file, "o\n");
        Text(RunLog.Read(_file, first.Next)).ShouldBe("two\n");
    }

    [Fact]
    public void Read_LineLongerThanAPiece_GivesItWhole()
    {
        var line = new string('x', 1000) + "\n";
        File.WriteAllText(_file, "first\n" + line + "next\n");
        var first = RunLog.Read(_file, default, most: 64);
        Text(first).ShouldBe("first\n");
        Text(RunLog.Read(_file, first.Next, most: 64)).ShouldStartWith(line);
    }

    [Fact]
    public void Read_ManyPieces_GiveTheWholeLog()
    {
        var lines = string.Concat(Enumerable.Range(0, 500).Select(i => Lines.Step(i) + "\n"));
        File.WriteAllText(_file, lines);
        var (text, cursor) = (new StringBuilder(), default(LogCursor));
        while (true)
        {
            var piece = RunLog.Read(_file, cursor, most: 1000);
            if (piece.Lines.IsEmpty) break;
            piece.IsAnew.ShouldBeFalse();
            text.Append(Text(piece));
            cursor = piece.Next;
        }

        text.ToString().ShouldBe(lines);
    }

    [Theory]
    [InlineData("one\n", "a shorter log")]
    [InlineData("one\nTWO\nthree\nfour\n", "a longer log")]
    [InlineData("one\nTWO\n", "a log of the same length")]
    public void Read_LogTakenBack_StartsAnew(string now, string what)
    {
        File.WriteAllText(_file, "one\ntwo\n");
        var first = RunLog.Read(_file, default);
        File.WriteAllText(_file, now);
        var second = RunLog.Read(_file, first.Next);
        second.IsAnew.ShouldBeTrue(what);
        Text(second).ShouldBe(now);
    }

    [Fact]
    public void Read_LogReplacedByOneThatBeginsTheSame_GoesOn()
    {
        File.WriteAllText(_file, "one\ntwo\n");
        var first = RunLog.Read(_file, default);
        File.WriteAllText(_file, "one\ntwo\nthree\n");
        var second = RunLog.Read(_file, first.Next);
        (second.IsAnew, Text(second)).ShouldBe((false, "three\n"));
    }

    [Fact]
    public void Read_LogEmptied_StartsAnewWithoutLines()
    {
        File.WriteAllText(_file, "one\n");
        var first = RunLog.Read(_file, default);
        File.WriteAllText(_file, "");
        var second = RunLog.Read(_file, first.Next);
        (second.IsAnew, second.Lines.IsEmpty, second.Next.Offset).ShouldBe((true, true, 0));
    }

    [Fact]
    public void Read_NoLog_GivesNothing() => RunLog.Read(_file + ".none", default).ShouldBe(default);

    [Theory]
    [InlineData("12.0000abcd", 12, 0xabcd)]
    [InlineData("0.811c9dc5", 0, 0x811c9dc5)]
    public void Parse_TextOfACursor_GivesIt(string text, long offset, uint hash)
    {
        LogCursor.Parse(text).ShouldBe(new LogCursor(offset, hash));
        new LogCursor(offset, hash).ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("12")]
    [InlineData("-1.0")]
    [InlineData("1.xyz")]
    [InlineData(".")]
    public void Parse_AnotherText_GivesNothing(string text) => LogCursor.Parse(text).ShouldBeNull();
}
