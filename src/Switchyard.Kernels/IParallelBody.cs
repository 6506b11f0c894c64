namespace Switchyard.Kernels;

/// <summary>The work of one <see cref="WorkerPool.For"/>: a struct, so that no call allocates. It is copied, not shared.</summary>
public interface IParallelBody
{
    /// <summary>Does part number <paramref name="part"/>. Parts may run on any thread and in any order.</summary>
    void Run(int part);
}
