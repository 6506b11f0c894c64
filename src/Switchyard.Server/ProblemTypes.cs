namespace Switchyard.Server;

/// <summary>Every kind of problem that the server answers with. The names are part of the contract: clients may rely on them.</summary>
static class ProblemTypes
{
    public const int RetrySeconds = 1;

    static readonly Dictionary<string, (int Status, string Title)> Known = new(StringComparer.Ordinal)
    {
        ["malformed-json"] = (400, "The body is no valid JSON"),
        ["wrong-type"] = (400, "A value has the wrong type"),
        ["wrong-value"] = (400, "A value cannot be used"),
        ["unknown-property"] = (400, "A property is unknown"),
        ["missing-property"] = (400, "A property is missing"),
        ["duplicate-property"] = (400, "A property is given twice"),
        ["unknown-column"] = (400, "The model has no such column"),
        ["duplicate-column"] = (400, "A column is given twice"),
        ["missing-scenario"] = (400, "The scenario is missing"),
        ["unknown-scenario"] = (400, "The scenario is unknown"),
        ["not-a-number"] = (400, "A number was expected"),
        ["too-many-items"] = (400, "There are too many items"),
        ["too-many-values"] = (400, "A list is too long"),
        ["incomplete-body"] = (400, "The body ended early"),
        ["key-missing"] = (401, "A key is needed"),
        ["key-unknown"] = (401, "The key is unknown"),
        ["key-role"] = (403, "The key is for something else"),
        ["local-only"] = (403, "Only the machine itself may do this"),
        ["not-found"] = (404, "There is nothing here"),
        ["unknown-model"] = (404, "There is no such model"),
        ["method-not-allowed"] = (405, "The method is not allowed here"),
        ["slow-body"] = (408, "The body took too long"),
        ["body-too-large"] = (413, "The body is too large"),
        ["unsupported-media-type"] = (415, "The body is of a type that is not read"),
        ["internal-error"] = (500, "The server failed"),
        ["store-value"] = (500, "A value of the feature store cannot be used"),
        ["overloaded"] = (503, "The server is at its limit"),
        ["timeout"] = (503, "The request took too long"),
        ["stopping"] = (503, "The server is stopping"),
        ["keys-unavailable"] = (503, "The keys cannot be checked"),
        ["model-unavailable"] = (503, "The model is not ready"),
        ["store-unavailable"] = (503, "The feature store does not answer"),
    };

    static readonly Problem?[] OfSeconds = new Problem?[64];

    /// <summary>All kinds with their status and title.</summary>
    public static IEnumerable<(string Type, int Status, string Title)> All => Known.Select(k => (k.Key, k.Value.Status, k.Value.Title));

    /// <summary>A problem of a kind.</summary>
    public static Problem Of(string type, string detail, string? pointer = null)
    {
        var (status, title) = Known[type];
        return new Problem(type, status, title, detail, pointer, status == 503 ? RetrySeconds : 0);
    }

    /// <summary>The queue is full. One and the same for the same time: what is said most often should cost the least.</summary>
    /// <param name="seconds">When to try again.</param>
    public static Problem Overloaded(int seconds)
    {
        if (seconds < OfSeconds.Length && OfSeconds[seconds] is { } said) return said;
        var problem = Of("overloaded", $"More requests wait than the server can answer in time; try again in {seconds} s.") with { RetryAfter = seconds };
        return seconds < OfSeconds.Length ? OfSeconds[seconds] = problem with { Json = ProblemResponse.ToJson(problem) } : problem;
    }

    /// <summary>The same, to throw.</summary>
    public static ProblemException Error(string type, string detail, string? pointer = null) => new(Of(type, detail, pointer));
}
