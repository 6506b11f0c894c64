using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Switchyard.Data;
using Switchyard.Server;

namespace Switchyard.Cli;

/// <summary><c>switchyard serve</c>: models over HTTP, until told to stop.</summary>
static class ServeCommand
{
    public static Command Create(CancellationToken cancellation)
    {
        var file = new Argument<string?>("file") { Description = "The YAML file that says what to serve (docs/serving.md).", Arity = ArgumentArity.ZeroOrOne };
        var model = new Option<string?>("--model") { Description = "Serve this bundle, or folder of models, with the defaults of everything else.", HelpName = "folder" };
        var port = new Option<int?>("--port") { Description = "Listen on this port of the machine itself (127.0.0.1).", HelpName = "port" };
        var record = new Option<string?>("--record") { Description = "Keep all requests with their values and scores in this file (.jsonl), or in a file of this folder, for switchyard replay.", HelpName = "file|folder" };
        var set = new Option<string[]>("--set")
        {
            Description = "Override a value of the file. May be given several times.",
            HelpName = "path=value",
            Arity = ArgumentArity.ZeroOrMore,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
        };
        var command = new ExampleCommand(
            "serve",
            "Answer ranking requests over HTTP with the scores that predict gives, bit for bit.",
            "switchyard serve --model runs/census-income/model --port 8080",
            "switchyard serve serve.yaml",
            "switchyard serve serve.yaml --set queue.workers=2 --set listen=http://127.0.0.1:9000")
        {
            file,
            model,
            port,
            record,
            set,
        };
        command.SetAction(result =>
        {
            var configuration = Configure(result.GetValue(file), result.GetValue(model), result.GetValue(port), result.GetValue(record), result.GetValue(set) ?? []);
            Serve(configuration, cancellation).GetAwaiter().GetResult();
            return 0;
        });
        return command;
    }

    static ServeConfiguration Configure(string? file, string? model, int? port, string? record, string[] set)
    {
        if (file is null == model is null) throw new InputException("serve: name either a YAML file or --model; docs/serving.md shows both.");
        if (port is < 0 or > 65535) throw new InputException($"--port {port}: a port is a number from 0 (any free one) to 65535.");
        if (record is not null && string.IsNullOrWhiteSpace(record)) throw new InputException("--record: name a file that ends in .jsonl, or a folder.");
        string[] all =
        [
            .. set,
            .. port is null ? (string[])[] : [$"listen=http://127.0.0.1:{port}"],
            .. record is null ? (string[])[] : [$"record.path={Path.GetFullPath(record)}"],
        ];
        return file is null ? ServeConfiguration.OfBundle(model!, all) : ServeConfiguration.Load(file, all);
    }

    static async Task Serve(ServeConfiguration configuration, CancellationToken cancellation)
    {
        // What the host has to say of a start that failed ends the program with a line of its own; no other service of the command runs in it.
        var server = SwitchyardServer.Create(configuration, services => services.AddLogging(logging => logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)));
        await using (server.ConfigureAwait(false)) await server.RunAsync(cancellation).ConfigureAwait(false);
    }
}
