namespace Switchyard.Data.Tests;

/// <summary>What all threads of the process allocate is counted, so nothing else may run.</summary>
[CollectionDefinition(nameof(ProcessMemory), DisableParallelization = true)]
public sealed class ProcessMemory;

[Collection(nameof(ProcessMemory))]
public sealed class ImportMemoryTests
{
    const int FewRows = 100_000;
    const int ManyRows = 1_100_000;

    /// <summary>
    /// Two thirds of the rows have an unknown scenario, so that counting those is covered too. The bytes are those of all threads: full
    /// blocks are written by whichever comes first, another thread or the importing one.
    /// </summary>
    [Fact]
    public void Import_MoreRowsOfTheSameValues_TakeNoMoreMemory()
    {
        using var folder = new TemporaryFolder();
        WriteRows(folder.File("few.csv"), FewRows);
        WriteRows(folder.File("many.csv"), ManyRows);

        // A block of 4096 rows takes a task and an entry in the index; everything else is reused. The smallest thing that could be kept of
        // a row has four bytes: ten times the limit.
        (Allocated("many.csv") - Allocated("few.csv")).ShouldBeLessThan((ManyRows - FewRows) * 4 / 10);

        // The least of several: the runtime and the test runner allocate now and then.
        long Allocated(string file) => Enumerable.Range(0, 3).Min(_ =>
        {
            var spec = Make.Small(file) with { Fields = [Make.Categorical("x"), Make.Numeric("n")], Scenario = ["r"], UnknownScenario = UnknownScenario.Parent, Group = "g" };
            var before = GC.GetTotalAllocatedBytes(precise: true);
            folder.Import(spec).Dispose();
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        });
    }

    static void WriteRows(string path, int rows)
    {
        using var writer = new StreamWriter(path);
        writer.Write("x,y,part,r,g,n\n");
        for (var i = 0; i < rows; i++) writer.Write($"{i % 97},{i % 2},{"abc"[i % 3]},r{i % 3},g{i % 50},{i % 30}\n");
    }
}
