using Microsoft.AspNetCore.Http;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>What a request came to, for those who count, record or watch. Valid during the call only: what it points to is used again.</summary>
/// <param name="Context">The request and its response.</param>
/// <param name="Model">The version that answered. It may have been replaced and let go of its weights since.</param>
/// <param name="Request">Its values and scores.</param>
/// <param name="Body">The body as it came.</param>
/// <param name="Parsing">Time from its admission to the parsed request.</param>
/// <param name="Scoring">Time in the queue and in the model.</param>
/// <param name="IsRank">Whether it ranks items; otherwise it scores rows.</param>
public readonly record struct ServedRequest(
    HttpContext Context, ServedModel Model, RankRequest Request, ReadOnlyMemory<byte> Body, TimeSpan Parsing, TimeSpan Scoring, bool IsRank);

/// <summary>Hears of every request after it was answered. Called on the thread of the request; it must be quick, and should not throw: that is logged, and changes nothing for the request.</summary>
public interface IServerObserver
{
    /// <summary>A request was scored and answered.</summary>
    void Served(in ServedRequest request);

    /// <summary>A request was refused.</summary>
    void Refused(HttpContext context, Problem problem);
}
