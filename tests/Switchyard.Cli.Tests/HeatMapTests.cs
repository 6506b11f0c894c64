using Spectre.Console;

namespace Switchyard.Cli.Tests;

public sealed class HeatMapTests
{
    static readonly HeatPanel Panel = new("chosen", ["0", "1", "2"], [[1, 0, 0.004], [0.5, 0.249, 0.251]])
    {
        NoteHead = "bits",
        Notes = ["0.00", "1.50"],
    };

    [Fact]
    public void Write_Plain_IsBlocksAndNumbers() => Draw(60, ["a", "[b]"], Panel).ShouldBe(
        """

               chosen
        name      0    1    2  bits
        a      █100    ·   <1  0.00
        [b]    ▓ 50 ░ 25 ▒ 25  1.50

        """.ReplaceLineEndings("\n"));

    [Fact]
    public void Write_Narrow_PutsPanelsBelow()
    {
        var lines = Draw(60, ["a", "b"], Panel, Panel with { Title = "second" }, Panel with { Title = "third" }).Split('\n');
        lines[1].ShouldBe("       chosen                 second");
        lines[6].ShouldBe("       third");
    }

    [Fact]
    public void Write_MoreColumnsThanFit_SplitsThem()
    {
        var many = new HeatPanel("wide", [.. Enumerable.Range(0, 30).Select(i => $"{i}")], [[.. Enumerable.Range(0, 30).Select(i => i / 30.0)]]);
        var output = Draw(50, ["a row with a name that is longer than there is room"], many);
        output.Split('\n').ShouldAllBe(l => l.Length < 50);
        output.ShouldContain("a row with a name that is lon… ");
        output.ShouldContain("█ 97");
    }

    [Fact]
    public void Write_Colour_ShadesTheBackground()
    {
        var output = Draw(60, ["a", "b"], ColorSystemSupport.TrueColor, Panel);
        output.ShouldContain("\u001b[38;5;0;48;2;253;231;37m 100\u001b[0m");
        output.ShouldNotContain("█");
    }

    static string Draw(int width, string[] names, params HeatPanel[] panels) => Draw(width, names, ColorSystemSupport.NoColors, panels);

    static string Draw(int width, string[] names, ColorSystemSupport colours, params HeatPanel[] panels)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = colours == ColorSystemSupport.NoColors ? AnsiSupport.No : AnsiSupport.Yes,
            ColorSystem = colours,
        });
        console.Profile.Width = width;
        HeatMap.Write(console, "name", names, panels);
        return writer.ToString();
    }
}
