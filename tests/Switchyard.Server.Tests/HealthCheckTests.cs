using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Switchyard.Server.Tests;

/// <summary>The health check of deploy/Dockerfile, which the image runs in itself.</summary>
public sealed class HealthCheckTests
{
    [CurlFact]
    public async Task HealthCheck_OfTheImage_SaysWhetherTheServerAnswers()
    {
        var folder = Directory.CreateTempSubdirectory();
        var configuration = new ServeConfiguration(OptionsFile.Parse<ServeOptions>("models: {path: .}\nlisten: http://127.0.0.1:0", "serve.yaml"), folder.FullName);
        await using (var server = SwitchyardServer.Create(configuration, services => services.AddLogging(logging => logging.ClearProviders())))
        {
            await server.StartAsync();
            await server.LoadedAsync();
            var port = new Uri(server.Addresses.Single()).Port;

            (await Check(port)).ShouldBe(0);
            await server.StopAsync();
            (await Check(port)).ShouldNotBe(0);
        }

        folder.Delete(recursive: true);
    }

    static async Task<int> Check(int port)
    {
        var root = typeof(HealthCheckTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        var line = (await File.ReadAllLinesAsync(Path.Combine(root, "deploy", "Dockerfile"))).Single(l => l.StartsWith("HEALTHCHECK ", StringComparison.Ordinal));
        var command = JsonSerializer.Deserialize<string[]>(line[line.IndexOf('[', StringComparison.Ordinal)..])!;
        command[2].ShouldContain("/8080");
        using var process = Process.Start(new ProcessStartInfo(command[0], [command[1], command[2].Replace("/8080", $"/{port}", StringComparison.Ordinal)]) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
