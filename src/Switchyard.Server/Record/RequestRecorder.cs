using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>
/// Keeps sampled requests with their scores. A request is copied after it was answered; a writer in the background does the rest, and what
/// comes faster than it writes is dropped and counted.
/// </summary>
sealed class RequestRecorder : IServerObserver, IAsyncDisposable
{
    /// <summary>Bytes of lines that may wait to be written.</summary>
    const long MostWaiting = 16L << 20;

    /// <summary>Bytes that are written at once, but for a line that alone is longer.</summary>
    const int Block = 1 << 20;

    /// <summary>Lines kept to be used again.</summary>
    const int Kept = 64;

    /// <summary>Fraction of the golden ratio: its multiples lie evenly, and no period of the requests fits them.</summary>
    const double Step = 0.6180339887498949;

    readonly Channel<RecordLine> _waiting = Channel.CreateUnbounded<RecordLine>(new UnboundedChannelOptions { SingleReader = true });
    readonly ConcurrentBag<RecordLine> _idle = [];
    readonly ArrayBufferWriter<byte> _block = new(Block);
    readonly RecordOptions _options;
    readonly RecordFile _file;
    readonly ILogger _log;
    readonly TimeProvider _time;
    readonly LogPause _pause;
    readonly Task _writing;
    long _requests;
    long _waitingBytes;
    long _written;
    long _dropped;

    /// <exception cref="InputException">The file cannot be written.</exception>
    public RequestRecorder(RecordOptions options, ILogger log, TimeProvider time)
    {
        (_options, _log, _time, _pause) = (options, log, time, new LogPause(time));
        _file = new RecordFile(options.File, (long)options.Megabytes << 20, options.Files);
        _file.Open();
        ServerLog.Records(log, options.File);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Records with the system's file so far.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Sampled requests that are not recorded, for they came too fast or the file could not be written.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    public void Served(in ServedRequest request)
    {
        if (!IsSampled(Interlocked.Increment(ref _requests))) return;
        if (Volatile.Read(ref _waitingBytes) + request.Body.Length > MostWaiting)
        {
            var dropped = Interlocked.Increment(ref _dropped);
            if (_pause.IsOver("too fast")) ServerLog.RecordsDropped(_log, dropped);
            return;
        }

        if (!_idle.TryTake(out var line)) line = new RecordLine();
        line.Write(request.Request, request.Body.Span, request.IsRank, _time.GetUtcNow());
        Interlocked.Add(ref _waitingBytes, line.Bytes.Length);
        if (!_waiting.Writer.TryWrite(line)) Interlocked.Increment(ref _dropped);
    }

    public void Refused(HttpContext context, Problem problem)
    {
        // It has no scores.
    }

    /// <summary>Writes what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_waiting.Writer.TryComplete()) return;
        await _writing.ConfigureAwait(false);
        await _file.DisposeAsync().ConfigureAwait(false);
        ServerLog.Recorded(_log, Written, _options.File, Dropped);
    }

    bool IsSampled(long number) => _options.Share >= 1 || number * Step % 1 < _options.Share;

    async Task WriteAsync()
    {
        var lines = 0;
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_waiting.Reader.TryRead(out var line))
            {
                var length = line.Bytes.Length;
                if (_block.WrittenCount > 0 && _block.WrittenCount + length > Block) lines = await FlushAsync(lines).ConfigureAwait(false);
                _block.Write(line.Bytes.Span);
                lines++;
                Interlocked.Add(ref _waitingBytes, -length);
                Return(line);
            }

            lines = await FlushAsync(lines).ConfigureAwait(false);
        }
    }

    async ValueTask<int> FlushAsync(int lines)
    {
        try
        {
            await _file.AppendAsync(_block.WrittenMemory).ConfigureAwait(false);
            Interlocked.Add(ref _written, lines);
        }
        catch (IOException e)
        {
            Interlocked.Add(ref _dropped, lines);
            if (_pause.IsOver("not written")) ServerLog.RecordsNotWritten(_log, e.Message);
        }

        _block.ResetWrittenCount();
        return 0;
    }

    void Return(RecordLine line)
    {
        if (line.IsSmall && _idle.Count < Kept) _idle.Add(line);
        else line.Dispose();
    }
}
