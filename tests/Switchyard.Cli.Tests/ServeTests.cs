using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Switchyard.Cli.Tests;

public sealed class ServeTests
{
    [Fact]
    public async Task Serve_Bundle_AnswersUntilToldToStop()
    {
        using var run = new TemporaryRun();
        CliRun.Run("train", run.Configuration, "--set", "training.epochs=1").ShouldSucceed();
        var port = FreePort();
        using var stop = new CancellationTokenSource();
        var serving = Task.Run(() => CliRun.Run(stop.Token, "serve", "--model", Path.Combine(run.Path, "runs", "demo", "model"), "--port", $"{port}"));
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Ready(client, serving);

        var answer = await client.PostAsJsonAsync("/v1/models/demo/rank", new { scenario = new { kind = "a" }, items = new[] { new { fields = new { size = 12 } } } });

        var scored = await answer.Content.ReadFromJsonAsync<JsonElement>();
        scored.GetProperty("items")[0].GetProperty("scores").GetProperty("click").GetSingle().ShouldBeInRange(0f, 1f);
        await stop.CancelAsync();
        (await serving.WaitAsync(TimeSpan.FromSeconds(60))).ShouldSucceed();
    }

    [Fact]
    public void Serve_WrongUse_IsOneLine()
    {
        CliRun.Run("serve").ShouldRefuse("name either a YAML file or --model");
        CliRun.Run("serve", "a.yaml", "--model", "b").ShouldRefuse("name either a YAML file or --model");
        CliRun.Run("serve", "nowhere.yaml").ShouldRefuse("nowhere.yaml: no such configuration file");
        CliRun.Run("serve", "--model", "nowhere").ShouldRefuse("there is no such folder");
        CliRun.Run("serve", "--model", ".", "--port", "70000").ShouldRefuse("--port 70000");
        CliRun.Run("serve", "--model", ".", "--set", "listen=http://0.0.0.0:1").ShouldRefuse("there are no keys");
    }

    [Fact]
    public void Keys_CreateListRevoke_KeepsHashesOnly()
    {
        using var run = new TemporaryRun();
        var file = Path.Combine(run.Path, "keys.json");

        var key = CliRun.Run("keys", "create", "--file", file, "--name", "search").ShouldSucceed().Output.Trim();
        CliRun.Run("keys", "create", "--file", file, "--name", "team", "--role", "admin").ShouldSucceed();

        key.ShouldStartWith("sy_rank_");
        File.ReadAllText(file).ShouldNotContain(key["sy_rank_".Length..]);
        CliRun.Run("keys", "list", "--file", file).ShouldSucceed().Output.Split('\n').Select(l => l.Split('\t')[0]).ShouldBe(["search", "team", ""]);
        CliRun.Run("keys", "revoke", "--file", file, "--name", "search").ShouldSucceed();
        CliRun.Run("keys", "revoke", "--file", file, "--name", "search").ShouldRefuse("has no such key");
    }

    internal static async Task Ready(HttpClient client, Task<CliResult> serving)
    {
        for (var i = 0; i < 600 && !serving.IsCompleted; i++)
        {
            try
            {
                if ((await client.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException($"The server is not ready: {(serving.IsCompleted ? serving.Result.Error : "it took too long")}");
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
