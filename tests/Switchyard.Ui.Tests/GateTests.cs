using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace Switchyard.Ui.Tests;

public sealed class GateTests
{
    [Fact]
    public async Task Get_WithTheToken_AnswersThePage()
    {
        await using var page = await new RunningPage().StartAsync();
        (await page.Client.GetStringAsync(page.Server.Address)).ShouldContain("<script src=\"live.js\">");
        (await page.Client.GetStringAsync(new Uri("live.js", UriKind.Relative))).ShouldBe("the script");
        page.Server.Address.Host.ShouldBe("127.0.0.1");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/runs")]
    [InlineData("/00000000000000000000000000000000/runs")]
    [InlineData("/00000000000000000000000000000000")]
    public async Task Get_WithoutTheToken_SaysWhereItIs(string path)
    {
        await using var page = await new RunningPage().StartAsync();
        using var answer = await page.Client.GetAsync(new Uri(path, UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("open the address that switchyard has printed");
    }

    [Fact]
    public async Task Start_Twice_HasAnotherToken()
    {
        await using var one = await new RunningPage().StartAsync();
        await using var two = await new RunningPage().StartAsync();
        one.Server.Address.AbsolutePath.ShouldNotBe(two.Server.Address.AbsolutePath);
        one.Server.Address.AbsolutePath.Length.ShouldBe(34);
    }

    [Theory]
    [InlineData("example.org")]
    [InlineData("127.0.0.1:1")]
    public async Task Get_AnotherHost_IsRefused(string host)
    {
        await using var page = await new RunningPage().StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("runs", UriKind.Relative));
        request.Headers.Host = host;
        using var answer = await page.Client.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
    }

    [Theory]
    [InlineData("http://example.org", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData(null, HttpStatusCode.Accepted)]
    [InlineData("own", HttpStatusCode.Accepted)]
    public async Task Post_OfAnotherOrigin_DoesNothing(string? origin, HttpStatusCode expected)
    {
        await using var page = await new RunningPage().StartAsync("run");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("control", UriKind.Relative)) { Content = JsonContent.Create(new { action = "stop" }) };
        if (origin is not null) request.Headers.Add("Origin", origin == "own" ? page.Server.Address.GetLeftPart(UriPartial.Authority) : origin);
        using var answer = await page.Client.SendAsync(request);
        answer.StatusCode.ShouldBe(expected);
        page.Acts.Count.ShouldBe(expected == HttpStatusCode.Accepted ? 1 : 0);
        answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Fact]
    public async Task Get_Page_ForbidsWhatItDoesNotNeed()
    {
        await using var page = await new RunningPage().StartAsync();
        using var answer = await page.Client.GetAsync(page.Server.Address);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("connect-src 'self'");
        policy.ShouldContain("frame-ancestors 'none'");
        answer.Headers.GetValues("Referrer-Policy").Single().ShouldBe("no-referrer");
    }

    [Fact]
    public async Task Start_PortTaken_SaysWhatToDo()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var folder = Directory.CreateTempSubdirectory("switchyard").FullName;
        var error = await Should.ThrowAsync<Data.InputException>(() => PageServer.StartAsync(new PageOptions { Folder = folder, Port = port }, new LivePage("")));
        error.Message.ShouldContain($"port {port}");
        error.Message.ShouldContain("--ui-port");
        Directory.Delete(folder);
    }

    [Fact]
    public async Task Start_NoFolder_SaysSo() =>
        (await Should.ThrowAsync<Data.InputException>(() => PageServer.StartAsync(new PageOptions { Folder = "/nowhere/runs" }, new LivePage("")))).Message.ShouldContain("/nowhere/runs");
}
