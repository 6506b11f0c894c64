using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Gives values that a request leaves out: from a store, by the ids that it gives.</summary>
public interface IRequestFeatures
{
    /// <summary>Sets what is missing.</summary>
    /// <param name="request">Filled with all that the request said; an item's id is <see cref="RankRequest.Id"/>.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    /// <exception cref="ProblemException">The store does not answer: <c>store-unavailable</c>.</exception>
    ValueTask FillAsync(RankRequest request, CancellationToken cancellation);
}
