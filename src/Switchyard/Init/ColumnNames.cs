namespace Switchyard;

/// <summary>What a column's name suggests. Names are cut into lower-case words at _ - . spaces and capitals.</summary>
static class ColumnNames
{
    static readonly HashSet<string> LabelWords = new(StringComparer.Ordinal)
    {
        "click", "clicks", "clicked", "clickout", "label", "labels", "target", "y", "conversion", "conversions", "convert", "converted", "cv", "purchase", "purchases",
        "purchased", "buy", "bought", "order", "orders", "ordered", "visit", "visited", "like", "liked", "follow", "followed", "share", "shared",
        "comment", "forward", "hate", "engage", "engaged", "engagement", "interact", "interaction", "install", "installed", "pay", "paid", "recommend",
        "recommended", "cart", "atc", "subscribe", "subscribed", "churn", "churned", "booked", "booking", "redeem", "redeemed", "response",
        "responded", "signup", "view", "positive",
    };

    // "session_prior_clickouts" counts the past, it is not this row's outcome.
    static readonly HashSet<string> HistoryWords = new(StringComparer.Ordinal)
    {
        "prior", "num", "count", "cnt", "n", "avg", "mean", "rate", "ctr", "hist", "history", "past", "previous", "prev", "last", "total", "time",
        "ms", "duration", "id", "score", "price", "amount", "value", "rank", "days", "affinity", "propensity",
    };

    static readonly HashSet<string> RatingWords = new(StringComparer.Ordinal) { "rating", "stars", "grade", "satisfaction", "score" };

    static readonly HashSet<string> IdWords = new(StringComparer.Ordinal) { "id", "ids", "uid", "uuid", "guid", "key", "hash", "index", "idx" };

    static readonly HashSet<string> CodeWords = new(StringComparer.Ordinal)
    {
        "code", "type", "zip", "cat", "category", "categorical", "class", "feat", "onehot", "level", "flag", "brand", "tag", "tab", "group", "occupation", "gender", "sex",
    };

    static readonly HashSet<string> TimeWords = new(StringComparer.Ordinal)
    {
        "date", "time", "timestamp", "datetime", "ts", "day", "at", "created", "dt", "when",
    };

    // In order of preference: what a product calls its entries comes first, properties of the user or his machine later.
    static readonly string[] ScenarioWords =
    [
        "scenario", "scene", "domain", "channel", "tab", "entry", "page", "surface", "slot", "placement", "campaign", "policy", "card", "source",
        "region", "market", "country", "locale", "site", "store", "platform", "device", "segment", "os", "app",
    ];

    static readonly string[] WeakScenarioWords = ["for", "occasion", "purpose", "class", "type", "category", "group", "city", "state"];

    static readonly string[] GroupWords = ["search", "request", "query", "impression", "list", "session", "visit", "user", "uid", "member", "customer", "visitor"];

    static readonly string[] UserWords = ["user", "uid", "member", "customer", "visitor", "account", "client", "household"];

    static readonly HashSet<string> PositionWords = new(StringComparer.Ordinal) { "position", "pos" };

    public static IReadOnlyList<string> Words(string name)
    {
        var words = new List<string>();
        var start = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            var breaks = i == name.Length || !char.IsLetterOrDigit(name[i]);
            if (!breaks && !(i > start && char.IsUpper(name[i]) && char.IsLower(name[i - 1]))) continue;
            if (i > start) words.Add(name[start..i].ToLowerInvariant());
            start = breaks ? i + 1 : i;
        }

        return words;
    }

    public static bool IsLabel(string name)
    {
        var words = Words(name);
        return words.Any(LabelWords.Contains) && !words.Any(HistoryWords.Contains);
    }

    public static bool IsRating(string name) => Words(name).Any(RatingWords.Contains);

    public static bool IsId(string name) => Words(name) is { Count: > 0 } words && (words.Any(IdWords.Contains) || words[^1].EndsWith("id", StringComparison.Ordinal) && words[^1] is not ("paid" or "bid" or "valid" or "grid" or "covid"));

    public static bool IsCode(string name) => IsId(name) || Words(name).Any(w => CodeWords.Contains(w) || CodeWords.Contains(w.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')));

    public static bool IsTime(string name) => Words(name).Any(w => TimeWords.Contains(w) || w.EndsWith("date", StringComparison.Ordinal) || w.EndsWith("time", StringComparison.Ordinal));

    public static bool IsPosition(string name) => Words(name) is [.., var last] && PositionWords.Contains(last);

    /// <summary>0 for the best scenario name, more for worse ones, null where the name suggests none.</summary>
    public static int? ScenarioRank(string name) => Rank(ScenarioWords, name);

    public static int? WeakScenarioRank(string name) => Rank(WeakScenarioWords, name);

    /// <summary>0 for the best name of a group of rows (a search), more for worse ones (a user), null for none.</summary>
    public static int? GroupRank(string name) => IsId(name) ? Rank(GroupWords, name) : null;

    public static bool IsUser(string name) => IsId(name) && Rank(UserWords, name) is not null;

    static int? Rank(string[] known, string name)
    {
        var words = Words(name);
        for (var i = 0; i < known.Length; i++)
            if (words.Any(w => w == known[i] || (w.StartsWith(known[i], StringComparison.Ordinal) && w[known[i].Length..] is "id" or "s")))
                return i;
        return null;
    }
}
