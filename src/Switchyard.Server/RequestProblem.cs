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

    static string TypeOf(RequestError error) => error switch
    {
        RequestError.UnknownColumn => "unknown-column",
        RequestError.RepeatedColumn => "duplicate-column",
        RequestError.NotANumber => "not-a-number",
        RequestError.UnknownScenario => "unknown-scenario",
        _ => "wrong-value",
    };
}
