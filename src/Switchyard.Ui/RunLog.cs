namespace Switchyard.Ui;

/// <summary>Lines of a run's log.</summary>
/// <param name="Lines">Whole lines with their ends; empty where there are no new ones.</param>
/// <param name="Next">Where to go on reading.</param>
/// <param name="IsAnew">The lines read before are not those of the log any more: these are its first.</param>
readonly record struct LogPiece(ReadOnlyMemory<byte> Lines, LogCursor Next, bool IsAnew);

/// <summary>Reads a log that somebody else writes, from where the reader stopped.</summary>
static class RunLog
{
    /// <summary>Bytes of a piece, unless one line has more.</summary>
    public const int PieceBytes = 1 << 18;

    /// <summary>Reads the lines behind the cursor.</summary>
    /// <param name="path">The log.</param>
    /// <param name="from">Where the last piece ended; default for the start.</param>
    /// <param name="most">Bytes at most, unless one line has more.</param>
    /// <returns>No lines where the log is not there (any more), or cannot be read.</returns>
    public static LogPiece Read(string path, LogCursor from, int most = PieceBytes)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            var isAnew = from.Offset > 0 && (from.Offset > length || HashBefore(from.Offset) != from.Hash);
            var start = isAnew ? 0 : from.Offset;
            for (var room = most; ; room *= 2)
            {
                var bytes = new byte[(int)Math.Min(room, length - start)];
                var read = Fill(bytes, start);
                var end = bytes.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
                if (end == 0 && read == room) continue;
                var offset = start + end;
                return new LogPiece(bytes.AsMemory(0, end), end == 0 && !isAnew ? from : new LogCursor(offset, HashBefore(offset)), isAnew);
            }

            uint HashBefore(long offset)
            {
                Span<byte> tail = stackalloc byte[(int)Math.Min(LogCursor.Hashed, offset)];
                return LogCursor.HashOf(tail[..Fill(tail, offset - tail.Length)]);
            }

            int Fill(Span<byte> bytes, long offset)
            {
                var all = 0;
                while (all < bytes.Length && RandomAccess.Read(file, bytes[all..], offset + all) is > 0 and var read) all += read;
                return all;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new LogPiece(default, from, false);
        }
    }
}
