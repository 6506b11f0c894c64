namespace Switchyard.Tests;

public sealed class RunIdentityTests
{
    static readonly RunConfiguration Run = Runs.Parse(Runs.Minimal);

    [Fact]
    public void Of_OpenRows_NamesTheBuildAndTheRowsButNoSource()
    {
        var identity = RunIdentity.Of(Run, "abc");

        identity[RunIdentity.RowsKey].ShouldBe("abc");
        identity[RunIdentity.ProgramKey].ShouldBe(RunIdentity.Program);
        identity.Keys.ShouldContain("training.learning_rate");
        identity.Keys.ShouldNotContain(key => key.StartsWith("sources", StringComparison.Ordinal) || key.StartsWith("fields", StringComparison.Ordinal));
        RunIdentity.Program.Length.ShouldBe(64);
    }

    /// <summary>A run's own checkpoints go on with a newer build: only results that are kept for long must not.</summary>
    [Fact]
    public void Of_Configuration_GoesOnWithAnotherBuild() => RunIdentity.Of(Run).Keys.ShouldNotContain(RunIdentity.ProgramKey);

    [Fact]
    public void Digest_OrderOfEntries_ChangesNothingAndAnyValueDoes()
    {
        KeyValuePair<string, string>[] identity = [new("b", "2"), new("a", "1")];

        var digest = RunIdentity.Digest(identity);

        digest.Length.ShouldBe(64);
        RunIdentity.Digest(identity.Reverse()).ShouldBe(digest);
        RunIdentity.Digest([new("b", "2"), new("a", "2")]).ShouldNotBe(digest);
        RunIdentity.Digest([new("b", "2"), new("c", "1")]).ShouldNotBe(digest);
    }
}
