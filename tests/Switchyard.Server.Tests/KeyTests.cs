using System.Net;
using Switchyard.Data;

namespace Switchyard.Server.Tests;

[Collection(ModelTests.Name)]
public sealed class KeyTests(TrainedModel model)
{
    const string Body = """{"scenario": ["home", "DE"], "items": ["a"]}""";

    readonly string _file = Path.Combine(model.Folder("keys"), $"{Guid.NewGuid():N}.json");

    [Fact]
    public async Task Keys_OfEachRole_OpenTheirEndpointsOnly()
    {
        var (rank, admin) = (Create("shop", KeyRole.Rank), Create("team", KeyRole.Admin));
        await using var server = await RunningServer.StartAsync(model, $"keys: {_file}");

        (await server.PostAsync("/v1/models/shop/rank", Body, rank)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.PostAsync("/v1/admin/reload", "", admin)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await ShouldBe("key-role", HttpStatusCode.Forbidden, server.PostAsync("/v1/models/shop/rank", Body, admin));
        await ShouldBe("key-role", HttpStatusCode.Forbidden, server.PostAsync("/v1/admin/reload", "", rank));
        await ShouldBe("key-missing", HttpStatusCode.Unauthorized, server.PostAsync("/v1/models/shop/rank", Body));
        await ShouldBe("key-unknown", HttpStatusCode.Unauthorized, server.PostAsync("/v1/models/shop/rank", Body, rank[..^1]));
        await ShouldBe("key-missing", HttpStatusCode.Unauthorized, server.Client.GetAsync("/v1/models"));
        (await server.Client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.Client.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Keys_AsBearer_IsRead()
    {
        var key = Create("shop", KeyRole.Rank);
        await using var server = await RunningServer.StartAsync(model, $"keys: {_file}");
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", key);

        (await server.Client.GetAsync("/v1/models/shop")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public void Create_Key_IsKeptAsAHashOnly()
    {
        var key = Create("shop", KeyRole.Rank);

        key.Length.ShouldBeGreaterThan(40);
        File.ReadAllText(_file).ShouldNotContain(key[8..]);
        KeyFile.Read(_file).Single().Role.ShouldBe(KeyRole.Rank);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(_file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Should.Throw<InputException>(() => Create("shop", KeyRole.Admin)).Message.ShouldContain("has a key of this name");
    }

    [Fact]
    public async Task Revoke_RunningServer_RefusesTheKey()
    {
        var (gone, stays) = (Create("gone", KeyRole.Rank), Create("stays", KeyRole.Rank));
        await using var server = await RunningServer.StartAsync(model, $"keys: {_file}");
        (await server.PostAsync("/v1/models/shop/rank", Body, gone)).StatusCode.ShouldBe(HttpStatusCode.OK);

        KeyFile.Revoke(_file, "gone");

        await Until(async () => (await server.PostAsync("/v1/models/shop/rank", Body, gone)).StatusCode == HttpStatusCode.Unauthorized);
        (await server.PostAsync("/v1/models/shop/rank", Body, stays)).StatusCode.ShouldBe(HttpStatusCode.OK);
        Should.Throw<InputException>(() => KeyFile.Revoke(_file, "gone")).Message.ShouldContain("has no such key");
    }

    [Fact]
    public async Task Keys_FileDamagedWhileRunning_FormerOnesStay()
    {
        var key = Create("shop", KeyRole.Rank);
        using var log = new LogLines();
        await using var server = await RunningServer.StartAsync(model, $"keys: {_file}", services: log.Add);

        await File.WriteAllTextAsync(_file, "[{");

        await Until(async () =>
        {
            (await server.PostAsync("/v1/models/shop/rank", Body, key)).StatusCode.ShouldBe(HttpStatusCode.OK);
            return log.Any("the former ones stay");
        });
    }

    [Fact]
    public async Task Keys_FileGoneWhileRunning_NoneIsTaken()
    {
        var key = Create("shop", KeyRole.Rank);
        await using var server = await RunningServer.StartAsync(model, $"keys: {_file}");
        (await server.PostAsync("/v1/models/shop/rank", Body, key)).StatusCode.ShouldBe(HttpStatusCode.OK);
        File.Move(_file, $"{_file}.away");

        await Until(async () => (await server.PostAsync("/v1/models/shop/rank", Body, key)).StatusCode == HttpStatusCode.ServiceUnavailable);

        await ShouldBe("keys-unavailable", HttpStatusCode.ServiceUnavailable, server.PostAsync("/v1/models/shop/rank", Body, key));
        File.Move($"{_file}.away", _file);
        await Until(async () => (await server.PostAsync("/v1/models/shop/rank", Body, key)).StatusCode == HttpStatusCode.OK);
    }

    // As a secret of Kubernetes is mounted: keys.json -> ..data/keys.json, and a change makes ..data another folder.
    [Fact]
    public async Task Keys_LinkedFolderExchanged_AreReadAgain()
    {
        if (OperatingSystem.IsWindows()) return;
        var folder = Directory.CreateDirectory($"{_file}.d").FullName;
        foreach (var version in (string[])["1", "2"]) Directory.CreateDirectory(Path.Combine(folder, version));
        var gone = Create("gone", KeyRole.Rank);
        File.Copy(_file, Path.Combine(folder, "1", "keys.json"));
        var stays = Create("stays", KeyRole.Rank);
        KeyFile.Revoke(_file, "gone");
        File.Copy(_file, Path.Combine(folder, "2", "keys.json"));
        var data = Path.Combine(folder, "data");
        Directory.CreateSymbolicLink(data, "1");
        var link = Path.Combine(folder, "keys.json");
        File.CreateSymbolicLink(link, "data/keys.json");
        await using var server = await RunningServer.StartAsync(model, $"keys: {link}");
        (await server.PostAsync("/v1/models/shop/rank", Body, gone)).StatusCode.ShouldBe(HttpStatusCode.OK);

        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, "2");

        await Until(async () => (await server.PostAsync("/v1/models/shop/rank", Body, gone)).StatusCode == HttpStatusCode.Unauthorized);
        (await server.PostAsync("/v1/models/shop/rank", Body, stays)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public void Revoke_LinkAndRights_Stay()
    {
        if (OperatingSystem.IsWindows()) return;
        Create("gone", KeyRole.Rank);
        Create("a longer name stays as well", KeyRole.Rank);
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(_file, mode);
        var link = $"{_file}.link";
        File.CreateSymbolicLink(link, _file);

        KeyFile.Revoke(link, "gone");

        new FileInfo(link).LinkTarget.ShouldBe(_file);
        File.GetUnixFileMode(_file).ShouldBe(mode);
        KeyFile.Read(_file).Single().Name.ShouldStartWith("a longer");
    }

    [Theory]
    [InlineData("[{}]")]
    [InlineData("{")]
    [InlineData("""[{"name": "a", "role": "rank", "sha256": "00", "created": "2026-01-01T00:00:00Z"}]""")]
    [InlineData("""[{"name": "a", "role": "king", "sha256": "00", "created": "2026-01-01T00:00:00Z"}]""")]
    public void Read_DamagedFile_SaysSo(string text)
    {
        File.WriteAllText(_file, text);

        Should.Throw<InputException>(() => KeyFile.Read(_file)).Message.ShouldContain("switchyard keys create");
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://192.168.1.5:0")]
    public async Task Create_OtherMachinesWithoutKeys_IsRefused(string address)
    {
        var refused = await Should.ThrowAsync<InputException>(() => RunningServer.StartAsync(model, listen: address));

        refused.Message.ShouldContain("there are no keys");
    }

    [Fact]
    public async Task Create_OtherMachinesInsecure_Starts()
    {
        await using var server = await RunningServer.StartAsync(model, "insecure: true", listen: "http://0.0.0.0:0");

        (await server.Client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Create_EmptyOrMissingKeyFile_IsRefused()
    {
        (await Should.ThrowAsync<InputException>(() => RunningServer.StartAsync(model, $"keys: {_file}"))).Message.ShouldContain("no such file of keys");
        Create("shop", KeyRole.Rank);
        KeyFile.Revoke(_file, "shop");
        (await Should.ThrowAsync<InputException>(() => RunningServer.StartAsync(model, $"keys: {_file}"))).Message.ShouldContain("there is no key in it");
    }

    static async Task ShouldBe(string type, HttpStatusCode status, Task<HttpResponseMessage> response) =>
        (await ProblemTests.Problem(await response, status))["type"]!.GetValue<string>().ShouldBe(type);

    static async Task Until(Func<Task<bool>> isSo)
    {
        for (var i = 0; i < 100 && !await isSo(); i++) await Task.Delay(100);
        (await isSo()).ShouldBeTrue();
    }

    string Create(string name, KeyRole role) => KeyFile.Create(_file, name, role, TimeProvider.System);
}
