namespace Switchyard.Serving;

/// <summary>Reads the bodies of requests of both kinds: those that rank items, and those that score rows. Made to be used again.</summary>
/// <param name="items">Items or rows at most.</param>
/// <param name="nesting">Depth of objects and arrays at most.</param>
sealed class RequestReader(int items = int.MaxValue, int nesting = RequestJson.Deep)
{
    readonly RowsReader _rows = new(items, nesting);
    bool _isRank;

    /// <summary>Reads those that rank, and knows what stood where in the last one.</summary>
    public RankReader Rank { get; } = new(items, nesting);

    /// <summary>Reads a body.</summary>
    /// <param name="json">The body, UTF-8.</param>
    /// <param name="isRank">Whether it ranks items; otherwise it scores rows.</param>
    /// <param name="request">Begun for the model; receives the values.</param>
    /// <exception cref="RequestException">The body is not such a request.</exception>
    public void Read(ReadOnlySpan<byte> json, bool isRank, RankRequest request)
    {
        _isRank = isRank;
        if (isRank) Rank.Read(json, request);
        else _rows.Read(json, request);
    }

    /// <summary>Whether a body is one that ranks items, as far as can be told: one that scores rows has rows.</summary>
    public static bool IsRank(ReadOnlySpan<byte> json) => !RequestJson.Has(json, "rows"u8);

    /// <summary>Looks for the scenario of every item of the last one, once all that fills in values has done so.</summary>
    /// <exception cref="RequestException">It is missing.</exception>
    public void RequireScenario(RankRequest request)
    {
        if (_isRank) RankReader.RequireScenario(request);
        else RowsReader.RequireScenario(request);
    }

    /// <summary>Where in the last body a value stands that cannot be scored; null where it is not about one.</summary>
    public string? Pointer(RequestException e, RankRequest request)
    {
        if (e.Column.Length == 0) return null;
        return _isRank ? Rank.Pointer(e.Item, e.Column, request) : RowsReader.Pointer(e.Item, e.Column);
    }
}
