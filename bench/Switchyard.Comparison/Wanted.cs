namespace Switchyard.Comparison;

/// <summary>What a benchmark is to reach.</summary>
static class Wanted
{
    /// <summary>Prints whether it holds; where not, the process ends with exit code 1.</summary>
    public static void Require(bool holds, string what)
    {
        Console.WriteLine($"{(holds ? "holds" : "DOES NOT HOLD")}: {what}");
        if (!holds) Environment.ExitCode = 1;
    }
}
