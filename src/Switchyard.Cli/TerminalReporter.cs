using System.Diagnostics;
using Spectre.Console;
using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard.Cli;

/// <summary>A progress bar with loss, rows per second and time left; messages scroll above it.</summary>
sealed class TerminalReporter : IRunReporter
{
    // A step may take a millisecond; a person reads five numbers a second.
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    readonly IAnsiConsole _console;
    readonly ProgressContext _progress;
    readonly List<string> _results = [];
    int _epochs;
    string _monitor = "";
    long _started;
    long _drawn;
    ProgressTask? _bar;

    TerminalReporter(IAnsiConsole console, ProgressContext progress)
    {
        _console = console;
        _progress = progress;
    }

    /// <summary>Runs a command under the progress bar. Results are written when the bar is gone: two writers would spoil the screen.</summary>
    public static void Run(IAnsiConsole console, TextWriter output, Action<IRunReporter> command)
    {
        TerminalReporter? reporter = null;
        try
        {
            console.Progress()
                .AutoClear(true)
                .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
                .Start(progress =>
                {
                    reporter = new TerminalReporter(console, progress);
                    command(reporter);
                    reporter._bar?.StopTask();
                });
        }
        finally
        {
            // A table that was made is shown even where saving the model failed afterwards.
            foreach (var result in reporter?._results ?? []) output.WriteLine(result);
        }
    }

    public void TrainingStarted(int epochs, string monitor)
    {
        (_epochs, _monitor) = (epochs, monitor);
        _started = Stopwatch.GetTimestamp();
        NewBar("training");
    }

    public void OnStep(in StepReport report)
    {
        if (!IsDue(report.StepInEpoch == report.StepsPerEpoch)) return;
        var text = $"{Reporting.Step(report, _epochs)}  {Reporting.TimeLeft(report, _epochs, Stopwatch.GetElapsedTime(_started))}";
        Draw(text, report.StepInEpoch, report.StepsPerEpoch);
    }

    public void OnValidation(in ValidationReport report) => Message(Reporting.Validation(report, _epochs, _monitor));

    public void Report(ImportProgress value)
    {
        if (_bar is null) NewBar("reading");
        if (IsDue(value.Rows == value.TotalRows)) Draw(Reporting.Import(value), value.Rows, value.TotalRows);
    }

    public void Message(string text) => Scroll(text, Style.Plain);

    public void Warning(string text) => Scroll(OneLine.Of($"warning: {text}"), new Style(Color.Yellow));

    public void Result(string text) => _results.Add(text);

    // What scrolls above the bar overwrites it line by line without erasing: a line that wraps would keep the bar's tail.
    void Scroll(string text, Style style)
    {
        var width = Math.Max(_console.Profile.Width - 1, 20);
        foreach (var line in Wrap(text, width)) _console.WriteLine(line.PadRight(width), style);
    }

    /// <summary>Lines of at most <paramref name="width"/> characters, cut at spaces where there are any.</summary>
    internal static IEnumerable<string> Wrap(string text, int width)
    {
        while (text.Length > width)
        {
            var space = text.LastIndexOf(' ', width);
            var cut = space > 0 ? space : width;
            yield return text[..cut];
            text = text[cut..].TrimStart(' ');
        }

        yield return text;
    }

    void NewBar(string text)
    {
        _bar ??= _progress.AddTask(text);
        _bar.Description = text;
        _bar.Value = 0;
        _bar.IsIndeterminate = true;
    }

    void Draw(string text, long value, long? maximum)
    {
        _bar!.Description = Markup.Escape(text);
        _bar.IsIndeterminate = maximum is null;
        if (maximum is null) return;
        _bar.MaxValue = maximum.Value;
        _bar.Value = value;
    }

    bool IsDue(bool last)
    {
        if (!last && Stopwatch.GetElapsedTime(_drawn) < Interval) return false;
        _drawn = Stopwatch.GetTimestamp();
        return true;
    }
}
