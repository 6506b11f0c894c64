namespace Switchyard.Tests;

/// <summary>Public logs, from init over validate to a trained table with no edit at all; skipped where the data is not there.</summary>
public sealed class SharedDataTests
{
    [SharedDataTheory]
    [InlineData("hillstrom/hillstrom.csv.gz", "visit,conversion", "channel,segment")]
    [InlineData("open_bandit/open_bandit.csv.gz", "click", "policy,campaign")]
    [InlineData("rent_the_runway/renttherunway.csv.gz", "recommend", "rented_for")]
    public void Init_PublicLog_ProposesWhatTrains(string file, string tasks, string scenario)
    {
        using var log = new GeneratedLog();
        var run = InitTests.Init(log, [Path.Combine(SharedDataTheoryAttribute.Folder, file)]);
        string.Join(',', run.Data.Tasks.Select(t => t.Name)).ShouldBe(tasks);
        string.Join(',', run.Data.Scenario).ShouldBe(scenario);
        Run.Validate(run, null, SilentReporter.Instance).Worst.ShouldNotBe(Verdict.Fail);
        var quick = RunConfiguration.Load(log.Configuration, ["training.epochs=1", "model={name: mmoe, experts: 2, expert: {widths: [16]}}"]);
        Run.Train(quick, null, SilentReporter.Instance);
        var report = Run.Evaluate(quick.BundleDirectory, quick, null, SilentReporter.Instance);
        foreach (var task in quick.Data.Tasks) report.Auc(task.Name).ShouldNotBeNull();
    }

    [SharedDataTheory]
    [InlineData("trivago/impressions.csv.gz")]
    public void Init_Funnels_AreFoundAndColumnsThatKnowTheLabelLeftOut(string file)
    {
        using var log = new GeneratedLog();
        var run = InitTests.Init(log, [Path.Combine(SharedDataTheoryAttribute.Folder, file)]);
        run.Data.Tasks.Select(t => (t.Name, t.Given)).ShouldBe([("engage", null), ("clickout", "engage"), ("interact_after", "engage")]);
        run.Data.Fields.Select(f => f.Name).Intersect(["item_prior_interactions", "item_prior_clickouts", "is_last_item"]).ShouldBeEmpty();
        run.Data.Group.ShouldBe("search_id");
        run.Data.Split.Test.Single().Text.ShouldBe("date >= 2018-11-08");
    }
}

/// <summary>A theory over the shared data, skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute()
    {
        if (!Directory.Exists(Folder)) Skip = $"no data at {Folder}; set SWITCHYARD_DATA";
    }

    public static string Folder { get; } = Environment.GetEnvironmentVariable("SWITCHYARD_DATA") is { Length: > 0 } folder
        ? Path.GetFullPath(folder)
        : Path.GetFullPath(Repository.PathOf("..", "shared", "data"));
}
