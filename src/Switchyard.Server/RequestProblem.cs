using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Turns what the models refuse into problems.</summary>
static class RequestProblem
{
    /// <summary>The problem of a value.</summary>
    /// <param name="e">What is wrong.</param>
    /// <param name="pointer">Where it stands in the body.</param>
    public static ProblemException Of(RequestException e, string? pointer) =>
        e.Column.Length > 0 ? ProblemTypes.Error(TypeOf(e.Error), e.Message, pointer) : ProblemTypes.Error("wrong-value", e.Message);

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

    /// <summary>Adds an item.</summary>
    /// <param name="request">Gets it.</param>
    /// <param name="pointer">Where the items stand in the body.</param>
    /// <exception cref="ProblemException">There is no room for it.</exception>
    public static int AddItem(RankRequest request, string pointer)
    {
        try
        {
            return request.AddItem();
        }
        catch (RequestException e)
        {
            throw ProblemTypes.Error(TypeOf(e.Error), e.Message, pointer);
        }
    }

    static string TypeOf(RequestError error) => error switch
    {
        RequestError.UnknownColumn => "unknown-column",
        RequestError.RepeatedColumn => "duplicate-column",
        RequestError.NotANumber => "not-a-number",
        RequestError.UnknownScenario => "unknown-scenario",
        RequestError.TooManyValues => "too-many-values",
        RequestError.TooManyItems => "too-many-items",
        _ => "wrong-value",
    };
}
