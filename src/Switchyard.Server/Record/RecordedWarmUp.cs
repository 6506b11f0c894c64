using Microsoft.Extensions.Logging;
using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Recorded requests as those that warm a version. Whatever is wrong with them, no version is worse for it.</summary>
/// <param name="path">File of records, or a folder of them.</param>
/// <param name="log">Hears of files that cannot be read.</param>
sealed class RecordedWarmUp(string path, ILogger log)
{
    /// <summary>Lines that are looked at for one version: a log of days, none of it of this model, must not keep it waiting.</summary>
    const int MostLines = 100_000;

    readonly RecordedRequest _record = new();

    /// <summary>The records of a version's model, in order, and lines that are no records. The file is read as they are taken.</summary>
    public IEnumerable<Action<RankRequest>> Of(ServedModel model)
    {
        using var source = Open();
        if (source is null) yield break;
        for (var lines = 0; lines < MostLines && Next(source) is { } line; lines++)
        {
            if (line.Length > 0 && IsOf(line, model.Name)) yield return request => Fill(line, request);
        }
    }

    void Fill(byte[] line, RankRequest request)
    {
        _record.Read(line);
        _record.Fill(line, request.Model, request);
    }

    // What is no record counts as one that does not fit.
    bool IsOf(byte[] line, string name)
    {
        try
        {
            _record.Read(line);
            return _record.Model == name;
        }
        catch (InputException)
        {
            return true;
        }
    }

    RecordSource? Open()
    {
        try
        {
            return new RecordSource([path]);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            ServerLog.NoWarmUp(log, e.Message);
            return null;
        }
    }

    /// <summary>The next line, without bytes where it is cut, as the last one of a file may be that is being written; null at the end.</summary>
    byte[]? Next(RecordSource source)
    {
        try
        {
            if (!source.Next(out var line)) return null;
            return source.IsCut && !RecordedRequest.IsWhole(line) ? [] : line.ToArray();
        }
        catch (InputException e)
        {
            ServerLog.NoWarmUp(log, e.Message);
            return null;
        }
    }
}
