namespace Switchyard.Engine.Tests;

public sealed class NodeRowsTests
{
    /// <summary>One object over batches of other sizes, as a training uses it.</summary>
    [Fact]
    public void Of_AnyBatch_RowsOfTheNodeAndOfUnknownOnesAscending()
    {
        var rows = new NodeRows();
        var random = new SeededRandom(3, "nodes");
        foreach (var (count, known) in new[] { (50, 4), (50, 4), (7, 4), (0, 4), (200, 1), (30, 40) })
        {
            int[] nodes = [.. Enumerable.Range(0, count + 5).Select(_ => random.Next(known + 1) - 1)];

            rows.Sort(nodes, count, known);

            for (var node = 0; node < known; node++)
            {
                List<int> found = [];
                foreach (var row in rows.Of(node)) found.Add(row);
                found.ShouldBe(Enumerable.Range(0, count).Where(r => nodes[r] == node || nodes[r] < 0));
            }
        }
    }
}
