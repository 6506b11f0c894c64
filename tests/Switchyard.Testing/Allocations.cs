using Switchyard.Kernels;

namespace Switchyard.Testing;

/// <summary>
/// Counts the bytes that the threads of a pool allocate, the caller among them. Not those of the process: the test runner has
/// threads of its own that allocate now and then.
/// </summary>
static class Allocations
{
    const int Rounds = 6;

    /// <summary>Bytes of the quietest of a few rounds of calls: 0 once the steady state is one without allocation.</summary>
    public static long Of(WorkerPool pool, int warmUp, int calls, Action call)
    {
        var sample = new Sample(new long[pool.Threads], new int[1]);
        for (var i = 0; i < warmUp; i++) call();
        sample.Sum(pool);
        var least = long.MaxValue;

        // A worker that came late to the warm-up fills its own buffers during the first rounds.
        for (var round = 0; round < Rounds && least > 0; round++)
        {
            var before = sample.Sum(pool);
            for (var i = 0; i < calls; i++) call();
            least = Math.Min(least, sample.Sum(pool) - before);
        }

        return least;
    }

    /// <summary>Every thread of the pool takes exactly one part, because none returns before all have come.</summary>
    readonly struct Sample(long[] bytes, int[] arrived) : IParallelBody
    {
        public long Sum(WorkerPool pool)
        {
            Volatile.Write(ref arrived[0], 0);
            pool.For(bytes.Length, this);
            long sum = 0;
            foreach (var value in bytes) sum += value;
            return sum;
        }

        public void Run(int part)
        {
            bytes[part] = GC.GetAllocatedBytesForCurrentThread();
            Interlocked.Increment(ref arrived[0]);
            while (Volatile.Read(ref arrived[0]) < bytes.Length) Thread.Yield();
        }
    }
}
