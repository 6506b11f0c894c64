using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Gives values that a request leaves out: from a store, by the ids that it gives.</summary>
public interface IRequestFeatures
{
    /// <summary>Whether requests can be filled; until then, <c>/readyz</c> says that they cannot.</summary>
    bool IsReady => true;

    /// <summary>Columns that a request to a model may give: the model's and, behind them, what is needed to look values up (<see cref="RequestColumns.With"/>).</summary>
    RequestColumns Columns(ServedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Columns;
    }

    /// <summary>Sets what is missing.</summary>
    /// <param name="request">Filled with all that the request said; an item's id is <see cref="RankRequest.Id"/>.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    /// <exception cref="ProblemException">The store does not answer: <c>store-unavailable</c>.</exception>
    ValueTask FillAsync(RankRequest request, CancellationToken cancellation);
}
