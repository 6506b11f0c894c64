using System.Buffers;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace Switchyard.Server;

/// <summary>The bytes of a request's body in one piece, in a buffer that is used again.</summary>
/// <param name="budget">What all bodies take.</param>
sealed class RequestBody(BodyBudget budget)
{
    /// <summary>A length that is announced takes no more room than this before bytes are there.</summary>
    const int LargestAhead = 1 << 16;

    /// <summary>A buffer that grew beyond it is not kept: one large request does not hold memory for good.</summary>
    const int LargestKept = 1 << 20;

    byte[] _bytes = [];
    int _start;
    int _length;
    int _announced;
    int _taken;

    /// <summary>The body, without a byte order mark.</summary>
    public ReadOnlySpan<byte> Bytes => Memory.Span;

    /// <summary>Whether all of it has arrived.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The same as <see cref="Bytes"/>.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(_start, _length - _start);

    /// <summary>Reads a body of JSON.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">Most bytes.</param>
    /// <param name="cancellation">Ends the wait for more.</param>
    /// <exception cref="ProblemException">It is not JSON by its type, too large, no UTF-8, or too many bodies are being read.</exception>
    public async ValueTask ReadAsync(HttpRequest request, int limit, CancellationToken cancellation)
    {
        (_start, _length, IsWhole) = (0, 0, false);
        RequireJson(request);
        if (request.ContentLength > limit) throw TooLarge(limit);
        _announced = (int)(request.ContentLength ?? 0);
        if (_announced > 0) Grow(Math.Min(_announced, LargestAhead));
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            if (read.Buffer.Length > limit - _length)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw TooLarge(limit);
            }

            var hasRoom = Append(read.Buffer);
            reader.AdvanceTo(read.Buffer.End);
            if (!hasRoom) throw ProblemTypes.Error("overloaded", $"The bodies of all requests take what limits.bodies_megabytes allows; try again in {ProblemTypes.RetrySeconds} s.");
            if (read.IsCompleted) break;
        }

        IsWhole = true;
        if (Bytes.StartsWith("\uFEFF"u8)) _start = 3;
        if (!Utf8.IsValid(Bytes)) throw ProblemTypes.Error("malformed-json", "The body is not UTF-8 text; send JSON in UTF-8.");
    }

    /// <summary>Bytes of memory that it takes.</summary>
    public int Footprint => _bytes.Length;

    /// <summary>Lets go of a large buffer, and of its part of the budget.</summary>
    public void Release()
    {
        (_start, _length) = (0, 0);
        budget.Give(_taken);
        _taken = 0;
        if (_bytes.Length > LargestKept) _bytes = [];
    }

    bool Append(in ReadOnlySequence<byte> bytes)
    {
        var length = (int)bytes.Length;
        if (!budget.TryTake(length)) return false;
        _taken += length;
        Grow(_length + length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += length;
        return true;
    }

    void Grow(int length)
    {
        if (_bytes.Length >= length) return;
        var room = Math.Max(4096, 2 * _bytes.Length);
        // No more than will come.
        if (_announced > 0) room = Math.Min(room, _announced);
        Array.Resize(ref _bytes, Math.Max(length, room));
    }

    static void RequireJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0 && request.Headers.ContentEncoding != "identity")
            throw ProblemTypes.Error("unsupported-media-type", "Compressed bodies are not read; send the JSON as it is.");
        // The usual one first: looking into a media type costs more than all of the checks here.
        if (request.ContentType is "application/json" or "application/json; charset=utf-8" || request.HasJsonContentType()) return;
        throw ProblemTypes.Error("unsupported-media-type", "The body must be JSON; send it with the header Content-Type: application/json.");
    }

    static ProblemException TooLarge(int limit) =>
        ProblemTypes.Error("body-too-large", $"The body has more than {limit} bytes; send fewer items at a time, or raise limits.body_bytes.");
}
