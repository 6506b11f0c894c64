using System.Net;

namespace Switchyard.Client.Tests;

public sealed class SwitchyardClientTests : IDisposable
{
    const string Ranked =
        """
        {"model":"trips","version":"3","scenario":["home",null],"items":[{"id":"i1","scores":{"click":0.12,"book":0.010000001},"fused":0.034},
        {"id":"i2","scores":{"click":0.5,"book":1e-9},"fused":0.2},{"id":"i3","scores":{"click":null,"book":0},"fused":null}],"order_by":"id","order":["i2","i1"]}
        """;

    readonly StubServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task RankAsync_Request_IsSentAsTheServerReadsIt()
    {
        using var client = _server.Answers(HttpStatusCode.OK, Ranked).Client(new SwitchyardClientOptions { ApiKey = "secret" });
        await client.RankAsync("trips & more", new RankRequest
        {
            Scenario = { ["page"] = "home", ["country"] = "DE" },
            User = { ["age"] = 31, ["premium"] = true, ["name"] = FieldValue.Missing },
            Context = { ["hour"] = 12.50m, ["share"] = 0.1f, ["exact"] = FieldValue.Number("1.50") },
            Items = { new RankItem("i1") { Fields = { ["tags"] = new[] { "a", "b" }, ["seen"] = FieldValue.List([1, "x"]) } }, "i2", new RankItem() },
            Top = 2,
        });
        _server.Requests.ShouldBe([
            "POST /v1/models/trips%20%26%20more/rank " +
            """{"scenario":{"page":"home","country":"DE"},"user":{"age":31,"premium":true,"name":null},"context":{"hour":12.50,"share":0.1,"exact":1.50}""" +
            ""","items":[{"id":"i1","fields":{"tags":["a","b"],"seen":[1,"x"]}},{"id":"i2","fields":{}},{"fields":{}}],"top":2}""",
        ]);
        _server.Keys.ShouldBe(["secret"]);
    }

    [Fact]
    public async Task RankAsync_Response_IsRead()
    {
        using var client = _server.Answers(HttpStatusCode.OK, Ranked).Client();
        var response = await client.RankAsync("trips", new RankRequest());
        (response.Model, response.Version).ShouldBe(("trips", "3"));
        response.Scenario.ShouldBe(["home", null]);
        response.Items[0].Scores["book"].ShouldBe(0.010000001f);
        response.Items[1].Fused.ShouldBe(0.2f);
        float.IsNaN(response.Items[2].Scores["click"]).ShouldBeTrue();
        float.IsNaN(response.Items[2].Fused).ShouldBeTrue();
        response.Order.ShouldBe([1, 0]);
        response.Ranked.Select(i => i.Id).ShouldBe(["i2", "i1"]);
        _server.Keys.ShouldBe([null]);
    }

    [Theory]
    [InlineData("index", "[2,0,1]", "2,0,1")]
    [InlineData("id", "[\"a\",7,\"a\"]", "2,1,0")]
    public async Task RankAsync_Order_IsOfPositions(string by, string order, string positions)
    {
        using var client = _server.Answers(HttpStatusCode.OK,
            $$$"""{"model":"m","version":"1","scenario":[],"items":[{"id":"a","scores":{},"fused":0.1},{"id":7,"scores":{},"fused":0.2},{"id":"a","scores":{},"fused":0.3}],"order_by":"{{{by}}}","order":{{{order}}}}""").Client();
        string.Join(',', (await client.RankAsync("m", new RankRequest())).Order).ShouldBe(positions);
    }

    [Fact]
    public async Task ScoreAsync_Rows_AreScored()
    {
        using var client = _server.Answers(HttpStatusCode.OK, """{"model":"m","version":"1","scores":[{"click":0.25},{"click":3.4028235E+38}],"later":"ignored"}""").Client(address: "http://ranking/below/");
        var response = await client.ScoreAsync("m", new ScoreRequest { Rows = { new Dictionary<string, FieldValue> { ["page"] = "home", ["price"] = -0.5 }, new Dictionary<string, FieldValue>() } });
        response.Scores.Select(s => s["click"]).ShouldBe([0.25f, float.MaxValue]);
        _server.Requests.ShouldBe(["POST /below/v1/models/m/score {\"rows\":[{\"page\":\"home\",\"price\":-0.5},{}]}"]);
    }

    [Fact]
    public async Task ModelsAsync_AndModelAsync_TellOfTheModels()
    {
        using var client = _server
            .Answers(HttpStatusCode.OK, """{"models":[{"name":"m","version":"2","versions":[{"version":"2","status":"serving"},{"version":"3","status":"refused","reason":"damaged"}],"tasks":[{"name":"click"},{"name":"book","given":"click"}]}],"routes":[{"name":"r","levels":["page"],"scenarios":[],"default":"m"}]}""")
            .Answers(HttpStatusCode.OK, """{"name":"m","version":"2","versions":[],"created":"2026-01-02T03:04:05Z","levels":[{"column":"page","nodes":["home"]}],"fields":[{"name":"price","column":"price","kind":"number","side":"item"}],"metrics":{"auc":0.7}}""")
            .Client();
        var list = await client.ModelsAsync();
        list.Models.Single().Versions[1].ShouldBe(new VersionInfo("3", "refused", "damaged"));
        list.Models.Single().Tasks!.ShouldBe([new TaskInfo("click", null), new TaskInfo("book", "click")]);
        list.Routes.Single().Default.ShouldBe("m");
        var model = await client.ModelAsync("m");
        model.Fields!.Single().ShouldBe(new FieldInfo("price", "price", "number", "item"));
        model.Levels!.Single().Nodes.ShouldBe(["home"]);
        model.Metrics!.Value.GetProperty("auc").GetDouble().ShouldBe(0.7);
        _server.Requests.ShouldBe(["GET /v1/models", "GET /v1/models/m"]);
    }

    [Fact]
    public async Task RankAsync_Refused_SaysWhatAndWhere()
    {
        using var client = _server.Answers(HttpStatusCode.BadRequest,
            """{"type":"unknown-column","title":"The model has no such column","status":400,"detail":"No column 'prize'. Did you mean 'price'?","pointer":"/items/3/fields/prize"}""", "application/problem+json").Client();
        var refused = await Should.ThrowAsync<SwitchyardException>(() => client.RankAsync("m", new RankRequest()));
        refused.Message.ShouldBe("No column 'prize'. Did you mean 'price'?");
        (refused.Status, refused.Type, refused.Pointer, refused.RetryAfter).ShouldBe((HttpStatusCode.BadRequest, "unknown-column", "/items/3/fields/prize", null));
    }

    [Fact]
    public async Task RankAsync_AnswersOfSomethingElse_SaySo()
    {
        using var client = _server.Answers(HttpStatusCode.BadGateway, "<html>bad gateway</html>", "text/html").Answers(HttpStatusCode.OK, "<html>hello</html>", "text/html").Answers(HttpStatusCode.OK, "null").Client();
        var proxy = await Should.ThrowAsync<SwitchyardException>(() => client.RankAsync("m", new RankRequest()));
        proxy.Message.ShouldBe("http://ranking:8080/v1/models/m/rank answered with status 502.");
        (proxy.Status, proxy.Type).ShouldBe((HttpStatusCode.BadGateway, null));
        (await Should.ThrowAsync<SwitchyardException>(() => client.RankAsync("m", new RankRequest()))).Message.ShouldContain("did not answer as a Switchyard server does");
        (await Should.ThrowAsync<SwitchyardException>(() => client.RankAsync("m", new RankRequest()))).Message.ShouldContain("The answer is null");
    }

    [Fact]
    public async Task RankAsync_Overloaded_IsNotTriedAgainUnlessAsked()
    {
        using var client = Overloaded(1).Client();
        (await Should.ThrowAsync<SwitchyardException>(() => client.RankAsync("m", new RankRequest()))).RetryAfter.ShouldBe(TimeSpan.FromSeconds(2));
        _server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task RankAsync_OverloadedAndRetriesAsked_WaitsAsTold()
    {
        var time = new SkippingTime();
        using var client = Overloaded(2).Answers(HttpStatusCode.OK, Ranked).Client(new SwitchyardClientOptions { Retries = 2, Time = time });
        (await client.RankAsync("m", new RankRequest())).Version.ShouldBe("3");
        time.Waits.ShouldBe([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)]);
        _server.Requests.Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, null, 1)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "60", 1)]
    [InlineData(HttpStatusCode.InternalServerError, "1", 1)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "1", 3)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "Thu, 01 Jan 2026 00:00:03 GMT", 3)]
    public async Task RankAsync_Retries_OnlyWhereTheServerSaysWhenAndSoon(HttpStatusCode status, string? retryAfter, int requests)
    {
        for (var i = 0; i < 3; i++) _server.Answers(status, "{}", retryAfter: retryAfter);
        using var client = _server.Client(new SwitchyardClientOptions { Retries = 2, Time = new SkippingTime() });
        (await Should.ThrowAsync<SwitchyardException>(() => client.RankAsync("m", new RankRequest()))).Status.ShouldBe(status);
        _server.Requests.Count.ShouldBe(requests);
    }

    [Fact]
    public async Task RankAsync_Cancelled_Ends()
    {
        using var client = _server.Client();
        await Should.ThrowAsync<OperationCanceledException>(() => client.RankAsync("m", new RankRequest(), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task RankAsync_NameThatLeadsElsewhere_IsRefused()
    {
        using var client = _server.Answers(HttpStatusCode.OK, Ranked).Client();
        foreach (var name in new[] { "", ".", ".." }) await Should.ThrowAsync<ArgumentException>(() => client.RankAsync(name, new RankRequest()));
        await client.RankAsync("../admin", new RankRequest());
        _server.Requests.Single().ShouldStartWith("POST /v1/models/..%2Fadmin/rank ");
        Should.Throw<ArgumentException>(() => new SwitchyardClient(new HttpClient()));
    }

    StubServer Overloaded(int times)
    {
        for (var i = 0; i < times; i++) _server.Answers(HttpStatusCode.ServiceUnavailable, """{"type":"overloaded","title":"The server is at its limit","status":503}""", retryAfter: "2");
        return _server;
    }
}
