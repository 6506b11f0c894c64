using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Switchyard.Data;

namespace Switchyard.Server.Tests;

/// <summary>The serve file, its documentation, and the host's own settings.</summary>
[Collection(ModelTests.Name)]
public sealed class ServeConfigurationTests(TrainedModel model)
{
    const string Update = "SWITCHYARD_UPDATE_DOCS";

    static readonly string Root = Path.GetFullPath(typeof(ServeConfigurationTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!);

    [Theory]
    [InlineData("{}", "key 'models' is missing")]
    [InlineData("models: {path: m}\nlisen: x", "unknown key 'lisen'; did you mean 'listen'?")]
    [InlineData("models: {path: m}\nlisten: localhost", "'localhost' is no address")]
    [InlineData("models: {path: m}\nlisten: ftp://a", "'ftp://a' is no address")]
    [InlineData("models: {path: m}\nlimits: {items: 0}", "limits.items: expected a whole number from 1 to 1000000")]
    [InlineData("models: {path: m}\nroutes: [{name: a, levels: [x], scenarios: [{path: [1, 2], model: m}]}]", "must have 1 to 1 values")]
    [InlineData("models: {path: m}\nroutes: [{name: a, levels: [x], scenarios: [{path: 1, model: m}, {path: 1, model: n}]}]", "stands there twice")]
    [InlineData("models: {path: m}\nroutes: [{name: a, levels: [x], scenarios: []}, {name: a, levels: [x], scenarios: []}]", "several routes called 'a'")]
    public void Load_WrongFile_SaysWhereAndWhat(string yaml, string message)
    {
        var file = Path.Combine(model.Folder("wrong"), "serve.yaml");
        File.WriteAllText(file, yaml);

        Should.Throw<InputException>(() => ServeConfiguration.Load(file)).Message.ShouldContain(message);
    }

    [Fact]
    public void OfBundle_FolderOfARun_IsCalledAsTheRun()
    {
        var folder = Path.Combine(model.Folder("runs"), "trips", "model");

        var configuration = ServeConfiguration.OfBundle(folder, ["queue.workers=3"]);

        configuration.Models.Path.ShouldBe(folder);
        configuration.Models.Name.ShouldBe("trips");
        configuration.Options.Queue.Workers.ShouldBe(3);
        ServeConfiguration.OfBundle(folder, ["models.name=x"]).Models.Name.ShouldBe("x");
    }

    [Fact]
    public void Create_NoSuchFolder_SaysSo() =>
        Should.Throw<InputException>(() => SwitchyardServer.Create(ServeConfiguration.OfBundle(Path.Combine(model.Folder("runs"), "nowhere")))).Message.ShouldContain("there is no such folder");

    [Fact]
    public async Task Start_PortInUse_SaysSo()
    {
        await using var first = await RunningServer.StartAsync(model, network: true);

        (await Should.ThrowAsync<InputException>(() => RunningServer.StartAsync(model, network: true, listen: first.Server.Addresses[0]))).Message.ShouldContain("cannot listen");
    }

    [Fact]
    public async Task Start_CertificateInTheHostsSettings_SpeaksTls()
    {
        var folder = model.Folder("tls");
        File.WriteAllBytes(Path.Combine(folder, "server.pfx"), Certificate().Export(X509ContentType.Pfx, "secret"));
        File.WriteAllText(Path.Combine(folder, "appsettings.json"), """{"Kestrel": {"Certificates": {"Default": {"Path": "server.pfx", "Password": "secret"}}}}""");
        await using var server = SwitchyardServer.Create(new ServeConfiguration(OptionsFile.Parse<ServeOptions>($"models: {{path: {model.Bundle}}}\nlisten: https://127.0.0.1:0", "serve.yaml"), folder));
        await server.StartAsync();
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate!.Subject == "CN=switchyard-test" };
        using var client = new HttpClient(handler) { BaseAddress = new Uri(server.Addresses[0]) };

        (await client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await server.StopAsync();
    }

    [Fact]
    public void Schema_OfServeFiles_IsCommitted() => ShouldBeCommitted(JsonSchema.GenerateOptions("Switchyard server", typeof(ServeOptions)), "serve.schema.json");

    [Fact]
    public void Tables_OfServeFiles_AreCommitted() =>
        ShouldBeCommitted(ConfigurationTables.Fill(File.ReadAllText(Path.Combine(Root, "docs", "serving.md")), ConfigurationTables.OptionSections("serve", typeof(ServeOptions))), "serving.md");

    [Fact]
    public void Documentation_Problems_AreAllListed()
    {
        var text = File.ReadAllText(Path.Combine(Root, "docs", "serving.md"));

        ProblemTypes.All.Where(p => !text.Contains($"`{p.Type}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=switchyard-test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    static void ShouldBeCommitted(string text, string name)
    {
        var file = Path.Combine(Root, "docs", name);
        if (Environment.GetEnvironmentVariable(Update) == "1") File.WriteAllText(file, text);
        (File.Exists(file) && File.ReadAllText(file) == text).ShouldBeTrue($"docs/{name} is out of date; run the tests once with {Update}=1 and commit the file.");
    }
}
