namespace Switchyard.Kernels;

/// <summary>What a product's tiles ask for while they compute, because it is read next: a line for every step of their chains.</summary>
unsafe ref struct Ahead
{
    float* _at;
    readonly float* _end;
    readonly nint _width;
    nint _column;

    /// <param name="first">Where it begins.</param>
    /// <param name="length">Elements.</param>
    /// <param name="width">So many of a row as long as those that a tile reads of B; 0: the whole row, hence everything.</param>
    public Ahead(float* first, nint length, nint width = 0)
    {
        _at = first;
        _end = first + length;
        _width = width;
    }

    /// <summary>How far behind what it reads of B the next tile asks; 0 for nothing.</summary>
    /// <param name="b">First of what it reads.</param>
    /// <param name="ldb">Elements from one step to the next.</param>
    /// <param name="k">Steps.</param>
    public nint Take(float* b, nint ldb, nint k)
    {
        if (_at >= _end)
        {
            return 0;
        }
        var ask = (nint)(_at - b) + _column;
        _column += Panels.Unit;
        if (_column >= (_width == 0 ? ldb : _width))
        {
            _column = 0;
            _at += k * ldb;
        }
        return ask;
    }
}
