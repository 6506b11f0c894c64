using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Switchyard.Interop;

namespace Switchyard.Testing;

/// <summary>
/// ONNX Runtime for Node.js, of one version, installed into artifacts/peers at the first use; compiled into the tests and the comparison.
/// </summary>
static class OnnxRuntime
{
    const string Version = "1.30.0";

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

    static string? Find()
    {
        if (!Works("node")) return "node is not installed.";
        if (Directory.Exists(Path.Combine(Folder, "node_modules", "onnxruntime-node"))) return null;
        if (!Works("npm")) return "npm is not installed, and ONNX Runtime for Node.js is not in artifacts/peers.";
        var (code, _, error) = Start("npm", ["install", "--prefix", Folder, "--ignore-scripts", "--no-audit", "--no-fund", $"onnxruntime-node@{Version}"]);
        return code == 0 ? null : $"ONNX Runtime for Node.js could not be installed: {error.Trim().ReplaceLineEndings(" ")}";
    }

    static bool Works(string program)
    {
        try
        {
            return Start(program, ["--version"]).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    static (int Code, string Output, string Error) Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NODE_PATH"] = Path.Combine(Folder, "node_modules");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
