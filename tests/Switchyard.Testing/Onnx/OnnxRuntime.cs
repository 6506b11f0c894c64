using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Switchyard.Interop;

namespace Switchyard.Testing;

/// <summary>
/// ONNX Runtime for Node.js, as eng/onnx-runtime.sh puts it into artifacts/peers; compiled into the tests and the comparison.
/// </summary>
static class OnnxRuntime
{
    /// <summary>A run that hangs ends its test and not the day.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    static readonly Lazy<string?> Missed = new(Find);

    /// <summary>Why it cannot be used; null where it can.</summary>
    public static string? Missing => Missed.Value;

    static string Root => Path.GetFullPath(
        typeof(OnnxRuntime).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "RepositoryRoot")?.Value ?? ".");

    static string Folder => Path.Combine(Root, "artifacts", "peers");

    /// <summary>A model and the rows to run it on, written into a folder that <see cref="Run"/> is given.</summary>
    /// <param name="Name">Name of the file without its ending.</param>
    /// <param name="Inputs">Values of its inputs.</param>
    public readonly record struct Case(string Name, OnnxInput[] Inputs);

    /// <summary>Runs models that lie in a folder as NAME.onnx.</summary>
    /// <returns>The runtime's own description, and by name of the model all outputs one after the other.</returns>
    public static (string Version, Dictionary<string, float[]> Outputs) Run(string folder, IReadOnlyList<Case> cases)
    {
        File.WriteAllText(Path.Combine(folder, "cases.json"), JsonSerializer.Serialize(cases.Select(c => new
        {
            model = c.Name + ".onnx",
            inputs = c.Inputs.Select((input, i) => new { name = input.Name, type = input.Ids is null ? "float32" : "int64", dims = input.Dims, file = $"{c.Name}.{i}.in" }),
            output = c.Name + ".out",
        })));
        foreach (var (name, inputs) in cases)
        {
            foreach (var (i, input) in inputs.Index())
                File.WriteAllBytes(Path.Combine(folder, $"{name}.{i}.in"), input.Ids is { } ids ? MemoryMarshal.AsBytes<long>(ids).ToArray() : MemoryMarshal.AsBytes<float>(input.Numbers).ToArray());
        }

        var (code, output, error) = Start("node", [Path.Combine(Root, "bench", "peers", "onnx_run.js"), folder]);
        if (code != 0) throw new InvalidOperationException("ONNX Runtime: " + error);
        return (output.Trim(), cases.ToDictionary(c => c.Name, c => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, c.Name + ".out"))).ToArray(), StringComparer.Ordinal));
    }

    // Nothing is started or fetched: attributes of tests ask while tests are looked for. The list of packages comes last into the folder.
    static string? Find()
    {
        var (wanted, there) = (Path.Combine(Root, "bench", "peers", "package.json"), Path.Combine(Folder, "package.json"));
        if (!IsOnPath("node")) return "Node.js is not installed, and exported models are run by it.";
        return File.Exists(there) && File.ReadAllText(there) == File.ReadAllText(wanted)
            ? null
            : "ONNX Runtime for Node.js, as bench/peers/package.json names it, is not in artifacts/peers; eng/onnx-runtime.sh puts it there.";
    }

    static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(f => File.Exists(Path.Combine(f, program)) || File.Exists(Path.Combine(f, program + ".exe")));

    static (int Code, string Output, string Error) Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NODE_PATH"] = Path.Combine(Folder, "node_modules");
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} has not ended within {Patience.TotalMinutes} minutes.");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
