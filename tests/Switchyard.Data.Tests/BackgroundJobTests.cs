namespace Switchyard.Data.Tests;

public sealed class BackgroundJobTests
{
    [Fact]
    public void Start_RunAfterRun_WorksOnOneOtherThreadAndFinishWaits()
    {
        var (count, threads) = (0, new HashSet<int>());
        using var job = new BackgroundJob("count", () =>
        {
            Thread.Sleep(1);
            threads.Add(Environment.CurrentManagedThreadId);
            count++;
        });
        for (var i = 1; i <= 20; i++)
        {
            job.Start();
            job.Started.ShouldBeTrue();
            job.Finish();
            job.Started.ShouldBeFalse();
            count.ShouldBe(i);
        }

        threads.Count.ShouldBe(1);
        threads.ShouldNotContain(Environment.CurrentManagedThreadId);
    }

    [Fact]
    public void Finish_WorkThrew_ThrowsItOnceAndGoesOn()
    {
        var fail = true;
        using var job = new BackgroundJob("fail", () =>
        {
            if (fail) throw new InvalidDataException("broken");
        });
        job.Start();
        Should.Throw<InvalidDataException>(job.Finish).Message.ShouldBe("broken");
        job.Finish();
        job.Start();
        job.Drop();
        fail = false;
        job.Start();
        job.Finish();
    }

    [Fact]
    public void Start_NotFinished_IsRefused()
    {
        using var job = new BackgroundJob("twice", () => { });
        job.Start();
        Should.Throw<InvalidOperationException>(job.Start);
    }

    [Fact]
    public void Dispose_WhileWorking_WaitsForTheWork()
    {
        using var begun = new ManualResetEventSlim();
        var done = false;
        var job = new BackgroundJob("slow", () =>
        {
            begun.Set();
            Thread.Sleep(20);
            Volatile.Write(ref done, true);
        });
        job.Start();
        begun.Wait();
        job.Dispose();
        Volatile.Read(ref done).ShouldBeTrue();
        job.Dispose();
        Should.Throw<ObjectDisposedException>(job.Start);
    }

    [Fact]
    public void Start_InSteadyState_AllocatesNothingOnEitherThread()
    {
        var there = 0L;
        using var job = new BackgroundJob("bytes", () => there = GC.GetAllocatedBytesForCurrentThread());
        Repeat(job, 100);
        var (hereBefore, thereBefore) = (GC.GetAllocatedBytesForCurrentThread(), there);
        Repeat(job, 1000);
        (GC.GetAllocatedBytesForCurrentThread() - hereBefore).ShouldBe(0);
        (there - thereBefore).ShouldBe(0);
    }

    static void Repeat(BackgroundJob job, int times)
    {
        for (var i = 0; i < times; i++)
        {
            job.Start();
            job.Finish();
        }
    }
}
