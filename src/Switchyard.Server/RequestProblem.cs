using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Turns what the readers and the models refuse into problems.</summary>
static class RequestProblem
{
    /// <summary>The problem of a value.</summary>
    /// <param name="e">What is wrong.</param>
    /// <param name="pointer">Where it stands in the body, unless it says so itself.</param>
    public static Problem Of(RequestException e, string? pointer = null) => ProblemTypes.Of(TypeOf(e.Error), e.Message, e.Pointer ?? pointer);

    /// <summary>Whether a value is wrong that the request did not give itself.</summary>
    public static bool IsOfStore(RequestException e, RankRequest request)
    {
        var column = request.Columns.Names.IndexOf(e.Column);
        if (column < 0 || !request.IsFilledIn(e.Item, column)) return false;
        // An item's id may have become the value of its column.
        return e.Item == RankRequest.Shared || request.Id(e.Item).IsEmpty || !request.Value(e.Item, column).SequenceEqual(request.Id(e.Item));
    }

    /// <summary>The problem of a store's value. It quotes none: whoever asked may not be meant to see it.</summary>
    public static ProblemException OfStore(RequestException e)
    {
        var place = $"Column '{e.Column}'{(e.Item == RankRequest.Shared ? "" : $" of item {e.Item}")}";
        return e.Error == RequestError.UnknownScenario
            ? ProblemTypes.Error("unknown-scenario", $"{place}: by its key, the feature store gives a scenario that the training rows do not have, and the service refuses those. Send the scenario, or correct the store.")
            : ProblemTypes.Error("store-value", $"{place}: the feature store's value cannot be used; it is no number, and the field is numeric. Correct it in the store, or send the column.");
    }

    static string TypeOf(RequestError error) => error switch
    {
        RequestError.UnknownColumn => "unknown-column",
        RequestError.RepeatedColumn => "duplicate-column",
        RequestError.NotANumber => "not-a-number",
        RequestError.UnknownScenario => "unknown-scenario",
        RequestError.TooManyValues => "too-many-values",
        RequestError.TooManyItems => "too-many-items",
        RequestError.MalformedJson => "malformed-json",
        RequestError.WrongType => "wrong-type",
        RequestError.UnknownProperty => "unknown-property",
        RequestError.MissingProperty => "missing-property",
        RequestError.DuplicateProperty => "duplicate-property",
        RequestError.MissingScenario => "missing-scenario",
        _ => "wrong-value",
    };
}
