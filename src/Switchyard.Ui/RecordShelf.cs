using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Ui;

/// <summary>What a search of the records found.</summary>
/// <param name="Listed">Numbers of the newest lines that are listed, in order.</param>
/// <param name="All">Lines there are of what was sought.</param>
/// <param name="Newer">Those of them that are newer than the listed ones.</param>
readonly record struct FoundRecords(ImmutableArray<long> Listed, long All, long Newer);

/// <summary>The recorded requests of the files that the page was given. They are read when somebody asks, for a server may be writing them.</summary>
/// <param name="paths">Files, also .gz, or folders of them; none where the page was given none.</param>
sealed class RecordShelf(ImmutableArray<string> paths)
{
    /// <summary>Requests that are listed at once.</summary>
    public const int Shown = 200;

    public bool IsEmpty => paths.IsEmpty;

    /// <summary>Looks whether there are such files.</summary>
    /// <exception cref="InputException">There is none of a name.</exception>
    public void Require()
    {
        if (paths.Any(string.IsNullOrWhiteSpace)) throw new InputException("--record: name a file of recorded requests, or a folder of them.");
        new RecordSource(paths).Dispose();
    }

    /// <summary>Searches the lines. One that a server has not finished is none yet.</summary>
    /// <param name="text">What a line must contain, to the letter; empty for all lines.</param>
    /// <param name="before">Only lines of smaller numbers are listed.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="InputException">They cannot be read.</exception>
    public FoundRecords Search(string text, long before, CancellationToken cancellation)
    {
        using var source = new RecordSource(paths);
        var sought = Encoding.UTF8.GetBytes(text);
        var listed = new Queue<long>();
        long all = 0, newer = 0;
        for (long number = 0; Next(source, out var line); number++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (line.IndexOf(sought) < 0) continue;
            all++;
            if (number >= before) newer++;
            else listed.Enqueue(number);
            if (listed.Count > Shown) listed.Dequeue();
        }

        return new FoundRecords([.. listed], all, newer);
    }

    /// <summary>The lines from one on, with their numbers, from 0, and the places in their files; oldest file first.</summary>
    /// <exception cref="InputException">They cannot be read.</exception>
    public IEnumerable<(long Number, string Place, byte[] Line)> From(long first, CancellationToken cancellation)
    {
        using var source = new RecordSource(paths);
        for (long number = 0; Next(source, out var line); number++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (number >= first) yield return (number, string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(source.File)}:{source.Line}"), line.ToArray());
        }
    }

    /// <summary>A line as a list named it.</summary>
    /// <param name="name">What <see cref="Name"/> said of it.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="InputException">It is not there, or not there any more.</exception>
    public byte[] Find(string name, CancellationToken cancellation)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        if (at < 0 || !long.TryParse(name.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new InputException("'record' is the name of a record as GET records lists it.");
        var found = From(number, cancellation).FirstOrDefault();
        // A server that goes on to its next file renames the others.
        if (found.Line is null || found.Number != number || Name(number, found.Line) != name)
            throw new InputException("The files of records have changed since they were listed; list them again.");
        return found.Line;
    }

    /// <summary>The name of a line: its number, and a hash by which one that took its place is told from it.</summary>
    public static string Name(long number, ReadOnlySpan<byte> line) => string.Create(CultureInfo.InvariantCulture, $"{number}@{LogCursor.HashOf(line):x8}");

    static bool Next(RecordSource source, out ReadOnlySpan<byte> line)
    {
        while (source.Next(out line))
        {
            if (!source.IsCut || RecordedRequest.IsWhole(line)) return true;
        }

        return false;
    }
}
