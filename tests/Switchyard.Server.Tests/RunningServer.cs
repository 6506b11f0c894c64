using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Switchyard.Server.Tests;

/// <summary>A server with its models loaded: in the process, without a network, unless a test needs one.</summary>
sealed class RunningServer : IAsyncDisposable
{
    RunningServer(SwitchyardServer server, HttpClient client) => (Server, Client) = (server, client);

    public SwitchyardServer Server { get; }

    public HttpClient Client { get; }

    public static async Task<RunningServer> StartAsync(TrainedModel model, string yaml = "", bool network = false, string listen = "http://127.0.0.1:0", string unknownScenario = "model", Action<IServiceCollection>? services = null, IReadOnlyDictionary<string, string?>? environment = null, string? bundle = null)
    {
        var folder = model.Folder("serve");
        var models = $"models: {{path: {bundle ?? model.Bundle}, name: {TrainedModel.Name}, warm_up_requests: 2, unknown_scenario: {unknownScenario}}}";
        var configuration = new ServeConfiguration(OptionsFile.Parse<ServeOptions>($"{models}\nlisten: '{listen}'\n{yaml}", "serve.yaml"), folder);
        var server = SwitchyardServer.Create(configuration, all =>
        {
            all.AddLogging(logging => logging.ClearProviders());
            if (!network) all.AddSingleton<IServer, TestServer>();
            if (environment is not null) all.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(environment).Build());
            services?.Invoke(all);
        });
        await server.StartAsync();
        await server.LoadedAsync();
        var client = network
            ? new HttpClient { BaseAddress = new Uri(server.Addresses.Single()) }
            : ((TestServer)server.Services.GetRequiredService<IServer>()).CreateClient();
        return new RunningServer(server, client);
    }

    /// <summary>Posts JSON.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string json, string? key = null) => PostAsync(path, Encoding.UTF8.GetBytes(json), key);

    /// <summary>Posts bytes as JSON.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, byte[] json, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (key is not null) request.Headers.Add("X-Api-Key", key);
        return Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
