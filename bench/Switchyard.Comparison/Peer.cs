using System.Diagnostics;
using System.Text.Json;

namespace Switchyard.Comparison;

/// <summary>A script of bench/peers, in Python or for Node.js: prints its settings, and as its last line one JSON object.</summary>
static class Peer
{
    /// <summary>Where a peer's packages are installed and its files written; git ignores it.</summary>
    public static readonly string Folder = Path.Combine("artifacts", "peers");

    /// <summary>Some script could not be run: what was measured lacks its figures.</summary>
    public static bool Missing { get; private set; }

    /// <summary>Runs a script; null, with a hint, where its interpreter or packages are missing.</summary>
    public static (string Settings, JsonElement Result)? Run(string script, params string[] arguments)
    {
        var interpreter = script.EndsWith(".js", StringComparison.Ordinal) ? "node" : "/usr/bin/python3";
        var start = new ProcessStartInfo(interpreter, [Path.Combine("bench", "peers", script), .. arguments])
        {
            Environment = { ["NODE_PATH"] = Path.Combine(Folder, "node_modules") },
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

        Missing = true;
        Console.Error.WriteLine("The peer is left out; bench/README.md says what it needs.");
        return null;
    }
}
