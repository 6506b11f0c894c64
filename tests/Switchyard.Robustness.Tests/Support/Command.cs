using Switchyard.Cli;

namespace Switchyard.Robustness.Tests;

/// <summary>What a command came to: its exit code, and what it wrote.</summary>
sealed record Command(int Code, string Output, string Error)
{
    const int LongestLine = 2100;

    /// <summary>Runs a command in this process.</summary>
    public static Command Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = new Application(output, error, CancellationToken.None).Run(args);
        return new Command(code, output.ToString(), error.ToString());
    }

    /// <summary>The one line that says what is wrong; empty where the command came to a result.</summary>
    /// <exception cref="FindingException">It ended in neither.</exception>
    public string Refusal(int highestResult = 0)
    {
        if (Code <= highestResult) return "";
        var lines = Error.Split('\n').Where(l => l.StartsWith("error: ", StringComparison.Ordinal) || l.StartsWith("internal", StringComparison.Ordinal)).ToArray();
        if (Code != Application.InputError || lines.Length != 1) throw new FindingException($"exit code {Code}: {Error}");
        if (Error.Contains("   at ", StringComparison.Ordinal)) throw new FindingException($"a stack trace: {Error}");
        if (lines[0].Length > LongestLine || lines[0].Any(char.IsControl)) throw new FindingException($"no clear line, {lines[0].Length} characters: {lines[0]}");
        return lines[0];
    }
}
