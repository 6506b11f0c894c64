using System.Buffers;

namespace Switchyard.Data;

/// <summary>A line that does not end where one should.</summary>
sealed class LineTooLongException(string message) : Exception(message);

/// <summary>Lines of a stream, one after another, in one buffer. Only what is already in it can be looked at ahead.</summary>
sealed class TextLines : IDisposable
{
    /// <summary>A longer line is taken for a file of another kind, before it fills the memory.</summary>
    public const int LongestLine = 1 << 26;

    readonly Stream _stream;
    byte[] _bytes;
    int _start;
    int _next;
    int _end;
    int _length;
    long _lineBeforeBuffer;
    bool _isBegun;
    bool _isEnd;

    public TextLines(Stream stream, int bufferBytes)
    {
        _stream = stream;
        _bytes = ArrayPool<byte>.Shared.Rent(bufferBytes);
    }

    /// <summary>The line without its end; valid until the next one.</summary>
    public ReadOnlySpan<byte> Current => _bytes.AsSpan(_start, _length);

    /// <summary>Number of the line, 1-based.</summary>
    public long Number { get; private set; }

    /// <summary>Moves to the next line if all of it is in the buffer; false otherwise, and at the end.</summary>
    public bool NextInBuffer()
    {
        var rest = _bytes.AsSpan(_next, _end - _next);
        var length = rest.IndexOf((byte)'\n');
        if (length < 0 && (!_isEnd || rest.IsEmpty)) return false;
        _start = _next;
        _length = length < 0 ? rest.Length : length;
        _next += length < 0 ? rest.Length : length + 1;
        if (_length > 0 && _bytes[_start + _length - 1] == '\r') _length--;
        Number++;
        return true;
    }

    /// <summary>Moves to the next line; false at the end.</summary>
    /// <exception cref="LineTooLongException">A line has no end within <see cref="LongestLine"/> bytes.</exception>
    public bool Next()
    {
        while (!NextInBuffer())
        {
            if (_isEnd) return false;
            MakeRoom();
            Fill();
        }

        return true;
    }

    /// <summary>Goes back to the first line that is still in the buffer.</summary>
    public void Rewind()
    {
        _next = 0;
        Number = _lineBeforeBuffer;
    }

    public void Dispose()
    {
        _stream.Dispose();
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    // As much as there is room for, so that the first lines can be looked at together.
    void Fill()
    {
        while (!_isEnd && _end < _bytes.Length)
        {
            var read = _stream.Read(_bytes, _end, _bytes.Length - _end);
            _isEnd = read == 0;
            _end += read;
        }

        if (_isBegun) return;
        _isBegun = true;
        // A byte order mark is no part of the first line.
        if (!_bytes.AsSpan(0, _end).StartsWith("\uFEFF"u8)) return;
        _bytes.AsSpan(3, _end - 3).CopyTo(_bytes);
        _end -= 3;
    }

    void MakeRoom()
    {
        var rest = _bytes.AsSpan(_next, _end - _next);
        if (_next > 0)
        {
            rest.CopyTo(_bytes);
        }
        else if (rest.Length == _bytes.Length)
        {
            if (rest.Length >= LongestLine) throw new LineTooLongException($"line {Number + 1} is longer than {LongestLine >> 20} MiB");
            var larger = ArrayPool<byte>.Shared.Rent(2 * _bytes.Length);
            rest.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        (_start, _next, _end, _length) = (0, 0, rest.Length, 0);
        _lineBeforeBuffer = Number;
    }
}
