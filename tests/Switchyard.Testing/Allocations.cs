using Switchyard.Kernels;

namespace Switchyard.Testing;

/// <summary>
/// Counts the bytes that the threads of a pool allocate, the caller among them. Not those of the process: the test runner has
/// threads of its own that allocate now and then.
/// </summary>
static class Allocations
{
    const int Rounds = 60;
    const int Quiet = 3;

    /// <summary>
    /// 0 once three rounds of calls in a row allocated nothing, so that what happens once in two rounds is seen; otherwise the bytes
    /// of the last three.
    /// </summary>
    public static long Of(WorkerPool pool, int warmUp, int calls, Action call)
    {
        var sample = new Sample(new long[pool.Threads], new int[1]);
        for (var i = 0; i < warmUp; i++) call();
        sample.Sum(pool);
        var last = new Queue<long>();

        // A worker that came late to the warm-up fills its own buffers during the first rounds.
        for (var round = 0; round < Rounds && (last.Count < Quiet || last.Any(bytes => bytes > 0)); round++)
        {
            var before = sample.Sum(pool);
            for (var i = 0; i < calls; i++) call();
            last.Enqueue(sample.Sum(pool) - before);
            if (last.Count > Quiet) last.Dequeue();
        }

        return last.Sum();
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
