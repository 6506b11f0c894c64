using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>
/// <c>?explain=true</c>. An explanation costs as much as many requests, so that half of the cores explain at most; one more is refused
/// at once, and ranking goes on.
/// </summary>
sealed class Explain(LimitOptions limits)
{
    static readonly int Places = Math.Max(1, Environment.ProcessorCount / 2);

    int _running;

    /// <summary>Whether a request asks for it.</summary>
    /// <exception cref="ProblemException">It says something else than true or false.</exception>
    public static bool IsAsked(HttpContext context)
    {
        if (!context.Request.QueryString.HasValue || !context.Request.Query.TryGetValue("explain", out var value)) return false;
        return bool.TryParse(value, out var asked) ? asked : throw ProblemTypes.Error("wrong-value", "'explain' is true or false: …/rank?explain=true.");
    }

    /// <summary>Requires few enough items.</summary>
    /// <exception cref="ProblemException">There are too many.</exception>
    public void RequireFew(RankRequest request)
    {
        if (request.Items > limits.ExplainItems)
            throw ProblemTypes.Error("too-many-items", string.Create(CultureInfo.InvariantCulture, $"There are {request.Items} items, and at most {limits.ExplainItems} are explained at a time; send fewer, or raise limits.explain_items."), "/items");
    }

    /// <summary>Explains a scored request.</summary>
    /// <exception cref="ProblemException">Others are being explained.</exception>
    public ImmutableArray<Explanation> Run(RankRequest request, CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref _running) > Places)
                throw ProblemTypes.Error("overloaded", $"As many requests as may be are being explained ({Places}); try again in {ProblemTypes.RetrySeconds} s, or without explain.");
            return Explainer.Explain(request, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
