namespace Switchyard.Data;

/// <summary>The values of a separated list, the newest first; empty ones are passed over. For <c>foreach</c>.</summary>
ref struct SequenceItems(ReadOnlySpan<byte> text, byte separator, SequenceOrder order)
{
    ReadOnlySpan<byte> _rest = text;

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly SequenceItems GetEnumerator() => this;

    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            if (order == SequenceOrder.NewestFirst)
            {
                var end = _rest.IndexOf(separator);
                Current = end < 0 ? _rest : _rest[..end];
                _rest = end < 0 ? default : _rest[(end + 1)..];
            }
            else
            {
                var start = _rest.LastIndexOf(separator);
                Current = _rest[(start + 1)..];
                _rest = start < 0 ? default : _rest[..start];
            }

            if (!Current.IsEmpty) return true;
        }

        return false;
    }
}
