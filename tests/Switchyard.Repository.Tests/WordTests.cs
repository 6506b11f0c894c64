namespace Switchyard.Repository.Tests;

/// <summary>What belongs to one machine, or changes from run to run, must not be in the checkout.</summary>
public sealed class WordTests
{
    // Written in two parts, so that this file does not hold them itself.
    public static TheoryData<string> Forbidden() =>
    [
        "/wo" + "rk/", "/tm" + "p/", "/home" + "/", "/Use" + "rs/", @"C:" + @"\Users", "nuget." + "org/v3", "pypi." + "org", "files.pythonhosted" + ".org",
        "DateTime" + ".Now", "new Rand" + "om()", "Random" + ".Shared",
    ];

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void Tree_ForbiddenWord_IsNowhere(string word)
    {
        var files = Repository.Files().ToArray();
        files.Length.ShouldBeGreaterThan(100);
        files.Where(f => File.ReadAllText(f).Contains(word, StringComparison.Ordinal)).Select(Repository.NameOf).ShouldBeEmpty();
    }
}
