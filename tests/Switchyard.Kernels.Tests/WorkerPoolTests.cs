namespace Switchyard.Kernels.Tests;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void For_ManyLoops_RunsEveryPartOnce(int threads)
    {
        using var pool = new WorkerPool(threads);
        pool.Threads.ShouldBe(threads);
        for (var loop = 0; loop < 2000; loop++)
        {
            var counts = new int[loop % 23];
            pool.For(counts.Length, new Counting(counts));
            counts.ShouldAllBe(c => c == 1);
        }
    }

    /// <summary>The caller would claim every part itself if nobody came; parts that wait for one another need all the sleepers.</summary>
    [Fact]
    public void For_AfterTheWorkersFellAsleep_WakesAllOfThem()
    {
        using var pool = new WorkerPool(3);
        using var barrier = new Barrier(3);
        for (var loop = 1; loop <= 20; loop++)
        {
            Thread.Sleep(5);
            pool.For(3, new Meeting(barrier));
            barrier.CurrentPhaseNumber.ShouldBe(loop, "all parts were inside at the same time");
        }
    }

    [Fact]
    public void For_LongParts_RunOnSeveralThreads()
    {
        using var pool = new WorkerPool(2);
        using var barrier = new Barrier(2);
        pool.For(2, new Meeting(barrier));
        barrier.CurrentPhaseNumber.ShouldBe(1, "both parts were inside at the same time");
    }

    [Fact]
    public void For_SteadyState_AllocatesNothing()
    {
        using var pool = new WorkerPool(2);
        var body = new Counting(new int[8]);
        for (var i = 0; i < 100; i++)
        {
            pool.For(8, body);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            pool.For(8, body);
        }
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void For_ThrowingBody_RethrowsInTheCallerAndStaysUsable(int threads)
    {
        using var pool = new WorkerPool(threads);
        for (var i = 0; i < 50; i++)
        {
            Should.Throw<InvalidOperationException>(() => pool.For(20, new Throwing(7))).Message.ShouldBe("part 7");
        }
        var counts = new int[20];
        pool.For(20, new Counting(counts));
        counts.ShouldAllBe(c => c == 1);
    }

    [Fact]
    public void For_InsideABody_RunsEveryPart()
    {
        using var pool = new WorkerPool(2);
        var counts = new int[10];
        pool.For(10, new Nested(pool, counts));
        counts.ShouldAllBe(c => c == 5);
    }

    [Fact]
    public void For_FromTwoThreads_RunsEveryPart()
    {
        using var pool = new WorkerPool(2);
        var threads = new Thread[3];
        var wrong = 0;
        for (var t = 0; t < threads.Length; t++)
        {
            threads[t] = new Thread(() =>
            {
                for (var loop = 0; loop < 500; loop++)
                {
                    var counts = new int[7];
                    pool.For(7, new Counting(counts));
                    if (!counts.All(c => c == 1))
                    {
                        Interlocked.Increment(ref wrong);
                    }
                }
            });
            threads[t].Start();
        }
        foreach (var thread in threads)
        {
            thread.Join();
        }
        wrong.ShouldBe(0);
    }

    [Fact]
    public void For_AfterDispose_Throws()
    {
        var pool = new WorkerPool(2);
        pool.Dispose();
        pool.Dispose();
        Should.Throw<ObjectDisposedException>(() => pool.For(2, new Counting(new int[2])));
    }

    [Fact]
    public void Constructor_NoThread_Throws() => Should.Throw<ArgumentOutOfRangeException>(() => new WorkerPool(0));

    readonly struct Counting(int[] counts) : IParallelBody
    {
        public void Run(int part) => Interlocked.Increment(ref counts[part]);
    }

    readonly struct Meeting(Barrier barrier) : IParallelBody
    {
        public void Run(int part) => barrier.SignalAndWait(TimeSpan.FromSeconds(30));
    }

    readonly struct Throwing(int bad) : IParallelBody
    {
        public void Run(int part)
        {
            if (part >= bad)
            {
                // The lower part always comes first: parts are claimed in order, and of several errors the lowest part's wins.
                throw new InvalidOperationException($"part {part}");
            }
        }
    }

    readonly struct Nested(WorkerPool pool, int[] counts) : IParallelBody
    {
        public void Run(int part) => pool.For(5, new Adding(counts, part));
    }

    readonly struct Adding(int[] counts, int index) : IParallelBody
    {
        public void Run(int part) => Interlocked.Increment(ref counts[index]);
    }
}
