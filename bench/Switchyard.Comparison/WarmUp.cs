using System.Diagnostics;
using System.Runtime;

namespace Switchyard.Comparison;

/// <summary>
/// Calls before a clock starts. The runtime compiles a method again, with all optimisations, once it was called often, on a thread of its own that on
/// two cores takes turns with what is measured: the clock has to wait until that is over.
/// </summary>
static class WarmUp
{
    const int LeastCalls = 100;
    const int SilentCalls = 40;
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(0.5);
    static readonly TimeSpan Most = TimeSpan.FromSeconds(20);

    /// <summary>Calls at least 100 times, and until no method was compiled during 40 calls and half a second; 20 seconds at most.</summary>
    /// <param name="call">What is measured afterwards.</param>
    public static void Run(Action call)
    {
        var began = Stopwatch.GetTimestamp();
        var (methods, since, calls) = (-1L, began, 0);
        for (var all = 1; Stopwatch.GetElapsedTime(began) < Most; all++)
        {
            call();
            calls++;
            if (JitInfo.GetCompiledMethodCount() is var now && now != methods) (methods, since, calls) = (now, Stopwatch.GetTimestamp(), 0);
            if (all >= LeastCalls && calls >= SilentCalls && Stopwatch.GetElapsedTime(since) >= Silence) return;
        }
    }
}
