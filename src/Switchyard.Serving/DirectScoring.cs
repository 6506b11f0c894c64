using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>Scores a request on the calling thread, without a queue: for whoever has one at a time. The scores have the bits of those of a queue.</summary>
static class DirectScoring
{
    /// <summary>Scores a request.</summary>
    /// <param name="request">Begun and filled; nobody else uses it.</param>
    /// <param name="cancellation">Ends it between some items and the next ones.</param>
    /// <exception cref="RequestException">A value cannot be used; says which.</exception>
    /// <exception cref="InputException">The fusion's formula has no finite value for an item.</exception>
    /// <exception cref="InvalidOperationException">The score by which items are ordered is no finite number.</exception>
    public static void Score(RankRequest request, CancellationToken cancellation)
    {
        request.Prepare();
        var model = request.Model;
        var desk = model.RentDesk();
        for (var item = 0; item < request.Items;)
        {
            cancellation.ThrowIfCancellationRequested();
            item += desk.Add(request, item, Math.Min(desk.Room, request.Items - item));
            desk.Score();
        }

        model.ReturnDesk(desk);
        if (request.Failure is { } failure) throw failure;
        request.Finish();
    }
}
