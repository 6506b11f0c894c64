using Switchyard.Data;

namespace Switchyard.Reports.Tests;

public sealed class ReportSubjectTests
{
    [Fact]
    public void Of_NamesOfARun_FindItsBundle()
    {
        using var run = new SmallRun("hard_sharing");
        run.Train();
        foreach (var name in new[] { run.Bundle, run.Output }) ReportSubject.Of(name, []).ShouldBeOfType<TrainedBundle>().Configuration.ShouldBeNull();
        foreach (var name in new[] { run.Configuration, Path.GetDirectoryName(run.Configuration)! })
            ReportSubject.Of(name, []).ShouldBeOfType<TrainedBundle>().Configuration.ShouldNotBeNull();
    }

    [Fact]
    public void Of_WrongNames_SayWhatToDo()
    {
        using var run = new SmallRun();
        Directory.CreateDirectory(run.Place("empty"));
        Directory.CreateDirectory(run.Place("begun/results"));
        Directory.CreateDirectory(run.Place("training"));
        File.WriteAllText(run.Place("training/metrics.jsonl"), "");
        Message(run.Place("nothing")).ShouldContain("there is no");
        Message(run.Place("empty")).ShouldContain("neither a run nor a comparison");
        Message(run.Place("rows.tsv")).ShouldContain("neither a run nor a comparison");
        Message(run.Place("begun")).ShouldContain("not finished");
        Message(run.Place("training")).ShouldContain("no model yet");
        Message(run.Configuration).ShouldContain("switchyard train");
        Should.Throw<InputException>(() => ReportSubject.Of(run.Place("empty"), ["training.seed=2"])).Message.ShouldContain("--set");

        static string Message(string name) => Should.Throw<InputException>(() => ReportSubject.Of(name, [])).Message;
    }
}
