using Switchyard.Data;
using Switchyard.Testing;

namespace Switchyard.Tests;

public sealed class ImportTextTests
{
    [Theory]
    [InlineData(1, "1 row found no partner in the joined source")]
    [InlineData(2000, "2,000 rows found no partner in the joined source")]
    public void Write_RowsWithoutPartner_AreCounted(long unmatched, string line) =>
        ImportText.Write(TinyData.Schema([2], [-1]), new ImportSummary { RowsRead = 3000, RowsUnmatched = unmatched }).Split('\n').ShouldContain(line);
}
