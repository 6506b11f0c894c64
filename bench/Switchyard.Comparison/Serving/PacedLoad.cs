using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Switchyard.Comparison;

/// <summary>
/// A load at a constant rate on one thread: it sends what is due over a connection that waits for nothing, and reads what has come, as the system
/// tells it. With a thread for every connection the load would get most of the cores that it shares with the server whenever it is behind.
/// </summary>
sealed class PacedLoad(Load load)
{
    const int Add = 1;
    const uint Readable = 1;
    const int MostEvents = 256;

    readonly HttpConnection[] _connections = [.. Enumerable.Range(0, load.Connections).Select(_ => new HttpConnection(load.Address))];
    readonly int?[] _watched = new int?[load.Connections];
    readonly long[] _due = new long[load.Connections];
    readonly long[] _sent = new long[load.Connections];
    readonly bool[] _asks = new bool[load.Connections];
    readonly Stack<int> _free = new();
    // Room for all: to grow it would be a pause.
    readonly List<Answer> _answers = new((int)(load.Seconds * load.Rate) + 1);
    readonly Event[] _events = new Event[MostEvents];
    long _start;
    int _queue;
    int _failures;
    int _asking;

    /// <summary>Whether the system has what it needs: Linux on x64.</summary>
    public static bool IsPossible => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Runs it to its end.</summary>
    public LoadResult Run()
    {
        var cpu = Environment.CpuUsage.TotalTime;
        _queue = Create(0);
        for (var i = 0; i < _connections.Length; i++)
        {
            _connections[i].Open();
            _free.Push(i);
        }

        _start = Stopwatch.GetTimestamp() + Ticks(0.05);
        var (turns, left) = ((long)(load.Seconds * load.Rate), 0);
        for (var turn = 0L; turn < turns;)
        {
            var due = _start + Ticks(turn / load.Rate);
            if (Stopwatch.GetTimestamp() > _start + Ticks(load.Seconds + Load.MostLateSeconds))
            {
                left = (int)(turns - turn);
                break;
            }

            if (_free.Count > 0 && Stopwatch.GetTimestamp() >= due) Send(load.Requests[turn++ % load.Requests.Length], due);
            else Wait(_free.Count > 0 ? due : long.MaxValue);
        }

        var last = Stopwatch.GetTimestamp() + Ticks(Load.MostLateSeconds);
        while (_asking > 0 && Stopwatch.GetTimestamp() < last) Wait(last);
        var seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        foreach (var connection in _connections) connection.Dispose();
        _ = Close(_queue);
        return new LoadResult(seconds, _answers, _failures + _asking, left, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / seconds);
    }

    void Send(byte[] request, long due)
    {
        var index = _free.Pop();
        _due[index] = due;
        _sent[index] = Stopwatch.GetTimestamp();
        try
        {
            _connections[index].Send(request);
            if (_connections[index].Descriptor is var descriptor && _watched[index] != descriptor)
            {
                // A closed connection has left the queue by itself, and a new one may have its number.
                _watched[index] = descriptor;
                var wanted = new Event { Kinds = Readable, Index = (ulong)index };
                if (Control(_queue, Add, descriptor!.Value, ref wanted) != 0) throw new IOException("The connection cannot be watched.");
            }

            _asks[index] = true;
            _asking++;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            _failures++;
            Free(index);
        }
    }

    /// <summary>Reads what comes until a time; at once back when something has.</summary>
    void Wait(long until)
    {
        var time = new Time { Nanoseconds = (long)Math.Clamp(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), until).TotalNanoseconds, 0, 5_000_000) };
        var count = Await(_queue, _events, MostEvents, ref time, 0);
        for (var e = 0; e < count; e++)
        {
            var index = (int)_events[e].Index;
            try
            {
                if (_connections[index].Read() is not { } status) continue;
                _answers.Add(Answer.Of(status, _start, _due[index], _sent[index]));
                Answered(index);
            }
            catch (Exception e2) when (e2 is IOException or SocketException)
            {
                // The server may close a connection that waits for nothing: the next request makes another.
                _watched[index] = null;
                if (!_asks[index]) continue;
                _failures++;
                Answered(index);
            }
        }
    }

    void Answered(int index)
    {
        _asks[index] = false;
        _asking--;
        Free(index);
    }

    void Free(int index)
    {
        if (_connections[index].Descriptor is null) _watched[index] = null;
        _free.Push(index);
    }

    static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);

    [DllImport("libc", EntryPoint = "epoll_create1")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Create(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Control(int queue, int what, int descriptor, ref Event wanted);

    [DllImport("libc", EntryPoint = "epoll_pwait2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Await(int queue, [Out] Event[] events, int most, ref Time time, nint mask);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Close(int descriptor);

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    struct Event
    {
        public uint Kinds;
        public ulong Index;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
