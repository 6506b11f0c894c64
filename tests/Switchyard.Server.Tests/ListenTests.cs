using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Switchyard.Data;

namespace Switchyard.Server.Tests;

/// <summary>No setting opens a server without keys to other machines.</summary>
[Collection(ModelTests.Name)]
public sealed class ListenTests(TrainedModel model)
{
    [Fact]
    public async Task Start_UrlsBeforeKestrelsEndpoints_AreChecked()
    {
        await using var server = Create("""{"urls": "http://0.0.0.0:0", "preferHostingUrls": "true", "Kestrel": {"Endpoints": {"Http": {"Url": "http://127.0.0.1:0"}}}}""", out _);

        (await Should.ThrowAsync<InputException>(() => server.StartAsync())).Message.ShouldContain("there are no keys");
    }

    [Fact]
    public async Task Running_KestrelsSectionChanges_OpensNoOtherAddress()
    {
        const string settings = """{"Kestrel": {"Endpoints": {"Http": {"Url": "http://127.0.0.1:0"}}}}""";
        await using var server = Create(settings, out var folder);
        await server.StartAsync();
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        await File.WriteAllTextAsync(Path.Combine(folder, "appsettings.json"), settings.Replace("127.0.0.1:0", $"0.0.0.0:{port}", StringComparison.Ordinal));

        // As long as a change takes to be seen and followed.
        await Task.Delay(3000);
        using var client = new TcpClient();
        await Should.ThrowAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, port));
    }

    [Theory]
    [InlineData("""{"urls": "nonsense"}""", "ASPNETCORE_URLS (urls): 'nonsense' is no address")]
    [InlineData("""{"http_ports": "x"}""", "ASPNETCORE_HTTP_PORTS (http_ports): 'x' is no port")]
    [InlineData("""{"Logging": {"LogLevel": {"Default": "loud"}}}""", "A setting of the host (appsettings.json, environment variables) is not valid: ")]
    [InlineData("""{"Logging": """, "appsettings.json")]
    public void Create_WrongSettings_AreRefused(string settings, string message) => Should.Throw<InputException>(() => Create(settings, out _)).Message.ShouldContain(message);

    [Fact]
    public async Task Start_PortTaken_SaysWhoIsInTheWay()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var server = Create($$"""{"urls": "http://127.0.0.1:{{((IPEndPoint)taken.LocalEndpoint).Port}}"}""", out _);

        (await Should.ThrowAsync<InputException>(() => server.StartAsync())).Message.ShouldContain("address already in use; end the program that listens there, or listen elsewhere");
    }

    [Fact]
    public async Task Start_AddressOfAnother_SaysSo()
    {
        // TEST-NET-1 belongs to nobody (RFC 5737).
        await using var server = Create("""{"urls": "http://192.0.2.1:0"}""", out _, "insecure: true");

        (await Should.ThrowAsync<InputException>(() => server.StartAsync())).Message.ShouldContain("this machine does not have such an address");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Kestrel": {"Certificates": {"Default": {"Path": "nothing.pfx", "Password": "x"}}}}""")]
    [InlineData("""{"Kestrel": {"Certificates": {"Default": {"Path": "appsettings.json", "Password": "x"}}}}""")]
    public async Task Start_HttpsWithoutACertificate_SaysHowToNameOne(string settings)
    {
        await using var server = Create(settings, out _, "listen: https://127.0.0.1:0");

        (await Should.ThrowAsync<InputException>(() => server.StartAsync())).Message.ShouldContain("Kestrel__Certificates__Default__Path");
    }

    [Theory]
    [InlineData("http", "defect")]
    [InlineData("https", "defect")]
    [InlineData("http", "file")]
    [InlineData("http", "socket")]
    public async Task Start_ServiceOfTheProgramFails_IsNoTroubleOfTheAddress(string scheme, string kind)
    {
        Exception failure = kind switch
        {
            "file" => new IOException("a file of the service"),
            "socket" => new SocketException((int)SocketError.AddressAlreadyInUse),
            _ => new InvalidOperationException("no such service"),
        };
        var log = new LogLines();
        var options = OptionsFile.Parse<ServeOptions>($"models: {{path: {model.Bundle}, warm_up_requests: 1}}\nlisten: {scheme}://127.0.0.1:0", "serve.yaml");
        await using var server = SwitchyardServer.Create(new ServeConfiguration(options, model.Folder($"listen-{Guid.NewGuid():N}")), services =>
        {
            services.AddLogging(logging => logging.ClearProviders());
            // Before Kestrel starts, which lacks a certificate.
            services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(new FailingService(failure)));
            log.Add(services);
        });

        (await Should.ThrowAsync<Exception>(() => server.StartAsync())).ShouldBeSameAs(failure);
        log.Any(failure.Message).ShouldBeTrue();
    }

    sealed class FailingService(Exception failure) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.FromException(failure);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Fact]
    public async Task Create_RouteHasTheNameOfAModel_IsRefused()
    {
        (await Should.ThrowAsync<InputException>(() => RunningServer.StartAsync(model, "routes: [{name: shop, levels: [page], scenarios: [], default: shop}]"))).Message.ShouldContain("'shop' is the name of a model too");
        var folder = model.Folder("named");
        Directory.CreateDirectory(Path.Combine(folder, "search"));
        var options = OptionsFile.Parse<ServeOptions>("models: {path: .}\nroutes: [{name: search, levels: [page], scenarios: [], default: shop}]", "serve.yaml");
        Should.Throw<InputException>(() => SwitchyardServer.Create(new ServeConfiguration(options, folder))).Message.ShouldContain("'search' is the name of a model too");
    }

    SwitchyardServer Create(string settings, out string folder, string yaml = "")
    {
        folder = model.Folder($"listen-{Guid.NewGuid():N}");
        File.WriteAllText(Path.Combine(folder, "appsettings.json"), settings);
        return SwitchyardServer.Create(new ServeConfiguration(OptionsFile.Parse<ServeOptions>($"models: {{path: {model.Bundle}, warm_up_requests: 1}}\n{yaml}", "serve.yaml"), folder), services => services.AddLogging(logging => logging.ClearProviders()));
    }
}
