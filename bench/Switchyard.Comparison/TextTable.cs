namespace Switchyard.Comparison;

/// <summary>A Markdown table on standard output.</summary>
static class TextTable
{
    /// <summary>An empty line, the header, its rule and the lines.</summary>
    public static void Print(string header, IEnumerable<string> lines)
    {
        Console.WriteLine();
        Console.WriteLine(header);
        Console.WriteLine(string.Concat(Enumerable.Repeat("|---", header.Count(c => c == '|') - 1)) + "|");
        foreach (var line in lines) Console.WriteLine(line);
    }
}
