using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>Items of a request as the rows that scoring makes of them.</summary>
static class RequestRows
{
    /// <summary>Encodes an item.</summary>
    /// <param name="request">Filled; its values can be scored.</param>
    /// <param name="item">Index of the item.</param>
    /// <returns>One row.</returns>
    public static Batch Encode(RankRequest request, int item) => Encode(request, request.Model.NewEncoder(), item, 1);

    /// <summary>Encodes some items that follow one another.</summary>
    public static Batch Encode(RankRequest request, RowEncoder encoder, int first, int count)
    {
        var row = new RequestRow([.. request.Model.Columns.Names.Take(request.Model.Columns.Read)]);
        var rows = new Batch(request.Model.Schema, count) { Count = count };
        for (var i = 0; i < count; i++)
        {
            row.Turn(request, first + i);
            encoder.Encode(row, rows, i);
        }

        rows.FixPositions();
        return rows;
    }
}
