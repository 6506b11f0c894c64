using System.Diagnostics;
using System.Text.Json;

namespace Switchyard.Comparison;

/// <summary>A script of bench/peers: prints its settings, and as its last line one JSON object.</summary>
static class Peer
{
    /// <summary>Runs a script; null, with a hint, where Python or its packages are missing.</summary>
    public static (string Settings, JsonElement Result)? Run(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine("bench", "peers", script), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            process.WaitForExit();
            if (process.ExitCode == 0) return (string.Join(' ', lines[..^1]), JsonElement.Parse(lines[^1]));
            Console.Error.WriteLine($"{script} failed: {errors.Result.Trim().Split('\n')[^1]}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Console.Error.WriteLine($"{script}: {e.Message}");
        }

        Console.Error.WriteLine("The peer is left out. On Debian: apt-get install python3-torch libopenblas0-pthread python3-pandas");
        return null;
    }
}
