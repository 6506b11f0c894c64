namespace Switchyard;

/// <summary>Says why results of an earlier call are not used: what they depended on has changed.</summary>
static class FormerResults
{
    const int MostNamed = 3;

    /// <summary>A line for every reason, with the runs it holds for.</summary>
    /// <param name="missing">Runs that have no result.</param>
    /// <param name="folder">Results of all calls.</param>
    public static IEnumerable<string> Describe(IEnumerable<PlannedRun> missing, ComparisonFolder folder) =>
        missing.Select(run => (run.Name, Reason: Reason(run, folder)))
            .Where(run => run.Reason is not null)
            .GroupBy(run => run.Reason)
            .Select(runs => $"earlier results are not used, for {runs.Key}: {Named([.. runs.Select(r => r.Name)])}");

    /// <summary>By the former result that differs in the fewest things; null where there is none.</summary>
    static string? Reason(PlannedRun run, ComparisonFolder folder)
    {
        var former = folder.Of(run.Variant.Name, run.Seed).Where(r => r.Digest != run.Digest).ToList();
        if (former.Count == 0) return null;
        var changes = former.Where(f => f.Identity is not null).Select(f => Changes(f.Identity!, run.Identity)).MinBy(c => c.Count);
        return changes is null ? "they do not say what they depend on" : Named(changes);
    }

    static List<string> Changes(Dictionary<string, string> then, Dictionary<string, string> now) =>
    [
        .. then.Keys.Union(now.Keys)
            .Where(key => then.GetValueOrDefault(key) != now.GetValueOrDefault(key))
            .Order(StringComparer.Ordinal)
            .Select(key => key switch
            {
                RunIdentity.ProgramKey => "the program has been built from other sources",
                _ when key.StartsWith("digest", StringComparison.Ordinal) => $"the {key} is another",
                _ => $"{key} was {then.GetValueOrDefault(key) ?? "not there"} and is {now.GetValueOrDefault(key) ?? "not there"}",
            }),
    ];

    static string Named(List<string> items) =>
        string.Join(", ", items.Take(MostNamed)) + (items.Count > MostNamed ? $" and {items.Count - MostNamed} more" : "");
}
