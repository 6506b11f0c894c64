using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>An item of a request as the row that a file would have.</summary>
sealed class RequestRow(ImmutableArray<string> header) : TextRow
{
    RankRequest? _request;
    int _item;

    public override IReadOnlyList<string> Header => header;

    public override ReadOnlySpan<byte> this[int column] => _request!.Value(_item, column);

    public override string File => "request";

    public override long Line => 0;

    public override long Number => _item;

    /// <summary>Whether the item itself gave the column.</summary>
    public bool IsOwn(int column) => _request!.IsOwn(_item, column);

    public void Turn(RankRequest? request, int item) => (_request, _item) = (request, item);
}
