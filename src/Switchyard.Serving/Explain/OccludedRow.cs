using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>An item of a request as the row that a file would have, where one column may be missing.</summary>
sealed class OccludedRow(RankRequest request, ImmutableArray<string> header) : TextRow
{
    /// <summary>No column is missing.</summary>
    public const int Nothing = -1;

    int _item;
    int _occluded = Nothing;

    public override IReadOnlyList<string> Header => header;

    public override ReadOnlySpan<byte> this[int column] => column == _occluded ? default : request.Value(_item, column);

    public override string File => "request";

    public override long Line => 0;

    public override long Number => _item;

    public void Turn(int item, int occluded) => (_item, _occluded) = (item, occluded);
}
