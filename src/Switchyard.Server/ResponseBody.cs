using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Switchyard.Server;

/// <summary>
/// A response that is written as a whole before its first byte leaves, in a buffer that is used again: its length is known, and a failure on
/// the way can still become a problem.
/// </summary>
sealed class ResponseBody : IDisposable
{
    const int LargestKept = 1 << 20;
    const string ContentType = "application/json; charset=utf-8";

    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    readonly ArrayBufferWriter<byte> _buffer = new(4096);
    readonly Utf8JsonWriter _writer;

    public ResponseBody() => _writer = new Utf8JsonWriter(_buffer, Plain);

    /// <summary>Starts anew.</summary>
    public Utf8JsonWriter Begin()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        return _writer;
    }

    /// <summary>Sends what was written.</summary>
    /// <param name="context">The request.</param>
    /// <param name="cancellation">Ends the wait for a client that does not take it: its connection is closed.</param>
    /// <exception cref="ProblemException">The client did not take it in time.</exception>
    public ValueTask SendAsync(HttpContext context, CancellationToken cancellation)
    {
        _writer.Flush();
        var response = context.Response;
        response.ContentType = ContentType;
        response.ContentLength = _buffer.WrittenCount;
        response.BodyWriter.Write(_buffer.WrittenSpan);
        var flush = response.BodyWriter.FlushAsync(cancellation);
        return flush.IsCompletedSuccessfully ? ValueTask.CompletedTask : Wait(flush, context);

        static async ValueTask Wait(ValueTask<System.IO.Pipelines.FlushResult> flush, HttpContext context)
        {
            var isGone = context.RequestAborted;
            try
            {
                await flush.ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!isGone.IsCancellationRequested)
            {
                // A part of it has left: nothing else can be said on this connection.
                context.Abort();
                throw ProblemTypes.Error("timeout", "The client did not take its answer in time (limits.seconds).");
            }
        }
    }

    /// <summary>Bytes of memory that it takes.</summary>
    public int Footprint => _buffer.Capacity;

    /// <summary>Whether the buffer is small enough to be kept for other requests.</summary>
    public bool IsSmall => _buffer.Capacity <= LargestKept;

    public void Dispose() => _writer.Dispose();
}
