namespace Switchyard.Evaluation;

/// <summary>How many threads an evaluation may use. What it computes does not depend on it.</summary>
sealed class Threads
{
    readonly ParallelOptions _options;

    /// <param name="count">Threads at most; 0 = all cores.</param>
    public Threads(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count > 0 ? count : Environment.ProcessorCount;
        _options = new ParallelOptions { MaxDegreeOfParallelism = Count };
    }

    public int Count { get; }

    /// <summary>Runs parts in any order, several at a time.</summary>
    public void For(int parts, Action<int> run)
    {
        if (parts == 1 || Count == 1)
        {
            for (var part = 0; part < parts; part++) run(part);
        }
        else
        {
            Parallel.For(0, parts, _options, run);
        }
    }

    /// <summary>Runs parts, as many at a time as there are threads, and takes what they leave in their order.</summary>
    /// <param name="parts">How many; to depend on the data alone.</param>
    /// <param name="run">Given a worker, 0 to <see cref="Count"/> − 1, and a part.</param>
    /// <param name="take">Given a worker; after it the worker has another part.</param>
    public void InOrder(int parts, Action<int, int> run, Action<int> take)
    {
        for (var first = 0; first < parts; first += Count)
        {
            var (from, count) = (first, Math.Min(Count, parts - first));
            For(count, worker => run(worker, from + worker));
            for (var worker = 0; worker < count; worker++) take(worker);
        }
    }
}
