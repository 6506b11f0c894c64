using System.CommandLine;
using System.Globalization;
using Switchyard.Data;
using Switchyard.Interop;
using Switchyard.Models;

namespace Switchyard.Cli;

/// <summary><c>switchyard export</c>: trained models in the formats of other tools.</summary>
static class ExportCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var command = new ExampleCommand(
            "export",
            "Write a trained model in the format of another tool.",
            "switchyard export onnx runs/census-income/model --output census.onnx");
        command.Subcommands.Add(Onnx(console, cancellation));
        return command;
    }

    static ExampleCommand Onnx(ConsoleOutput console, CancellationToken cancellation)
    {
        var model = RunSymbols.Model();
        var output = new Option<string>("--output", "-o") { Description = "File to write.", HelpName = "file", Required = true };
        var command = new ExampleCommand(
            "onnx",
            "Write a model as an ONNX file: encoded fields and scenario nodes in, a probability per task out (docs/onnx.md).",
            "switchyard export onnx runs/census-income/model --output census.onnx",
            "switchyard export onnx samples/census-income/switchyard.yaml --output census.onnx")
        {
            model,
            output,
        };
        command.SetAction(result => console.Run(reporter =>
        {
            var file = result.GetRequiredValue(output);
            if (string.IsNullOrWhiteSpace(file)) throw new InputException("--output: the name is empty; name a file.");
            if (Directory.Exists(file) || Path.EndsInDirectorySeparator(file)) throw new InputException($"--output {file}: it is a folder; name a file, for example model.onnx.");
            var bundle = ModelBundle.Load(RunSymbols.Resolve(result.GetRequiredValue(model), null, []).Bundle, cancellation);
            var written = OnnxExport.Write(bundle, file);
            reporter.Result(string.Create(
                CultureInfo.InvariantCulture,
                $"{file}{(written.Data is { } data ? $" and {data}" : "")}: {ModelZoo.NameOf(bundle.Ranker.Options)}, {written.Nodes:N0} nodes, {written.Bytes / 1e6:N1} MB"));
            reporter.Result($"inputs: {string.Join(", ", written.Inputs)}");
            reporter.Result($"outputs: {string.Join(", ", written.Outputs)}");
        }));
        return command;
    }
}
