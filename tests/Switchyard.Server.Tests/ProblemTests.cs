using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Switchyard.Server.Tests;

/// <summary>Every mistake of a request is a problem with its type, status and place.</summary>
[Collection(ModelTests.Name)]
public sealed class ProblemTests(TrainedModel model)
{
    // Stands in the bodies below as §.
    const string Scenario = "\"scenario\": [\"home\", \"DE\"]";

    public static TheoryData<string, string, string?> Bodies() => new()
    {
        { "", "malformed-json", null },
        { "   ", "malformed-json", null },
        { "{", "malformed-json", null },
        { "[]", "wrong-type", "" },
        { "\"items\"", "wrong-type", "" },
        { "{} {}", "malformed-json", null },
        { "{}", "missing-property", "/items" },
        { """{§, "items": [NaN]}""", "malformed-json", null },
        { """{§, "items": [{"fields": {"price": NaN}}]}""", "malformed-json", null },
        { """{§, "items": ["\ud800"]}""", "malformed-json", null },
        { """{§, "items": [{"fields": {"\udc00": 1}}]}""", "malformed-json", null },
        { """{§, "items": [{"fields": {"tags": [[1]]}}]}""", "wrong-type", "/items/0/fields/tags/0" },
        { """{§, "items": [{"fields": {"tags": [[[[[[1]]]]]]}}]}""", "wrong-type", "/items/0/fields/tags/0" },
        { """{§, "items": [[[[[[[[[[[[[[[[""", "wrong-type", "/items/0" },
        { """{§, "items": [{"fields": {"tags": ["a", "b|c"]}}]}""", "wrong-value", "/items/0/fields/tags" },
        { """{§, "items": ["a", {"fields": {"price": {"of": 1}}}]}""", "wrong-type", "/items/1/fields/price" },
        { """{§, "items": ["a", {"fields": {"price": "cheap"}}]}""", "not-a-number", "/items/1/fields/price" },
        { """{§, "items": ["a"], "user": {"age": "old"}}""", "not-a-number", "/user/age" },
        { """{§, "items": ["a"], "context": {"age": "old"}}""", "not-a-number", "/context/age" },
        { """{§, "items": [{"fields": {"prize": 1}}]}""", "unknown-column", "/items/0/fields/prize" },
        { """{§, "items": [{"fields": {"a/b~c": 1}}]}""", "unknown-column", "/items/0/fields/a~1b~0c" },
        { """{§, "items": [], "user": {"agee": 1}}""", "unknown-column", "/user/agee" },
        { """{§, "items": [{"fields": {"price": 1, "price": 1}}]}""", "duplicate-column", "/items/0/fields/price" },
        { """{§, "user": {"price": 1}, "items": ["a", {"fields": {"price": 1}}]}""", "duplicate-column", "/items/1/fields/price" },
        { """{§, "items": ["a", {"fields": {"price": 1}}], "user": {"price": 1}}""", "duplicate-column", "/user/price" },
        { """{"user": {"country": "DE"}, "scenario": ["home", "DE"], "items": []}""", "duplicate-column", "/scenario/1" },
        { """{§, "items": [], "items": []}""", "duplicate-property", "/items" },
        { """{§, "items": [{"id": 1, "id": 2}]}""", "duplicate-property", "/items/0/id" },
        { """{§, "items": [{"price": 2}]}""", "unknown-property", "/items/0/price" },
        { """{§, "items": [], "itmes": []}""", "unknown-property", "/itmes" },
        { """{§, "items": {}}""", "wrong-type", "/items" },
        { """{§, "items": null}""", "wrong-type", "/items" },
        { """{§, "items": [null]}""", "wrong-type", "/items/0" },
        { """{§, "items": [true]}""", "wrong-type", "/items/0" },
        { """{§, "items": [{"id": null}]}""", "wrong-type", "/items/0/id" },
        { """{§, "items": [{"fields": [1]}]}""", "wrong-type", "/items/0/fields" },
        { """{§, "items": [], "user": 3}""", "wrong-type", "/user" },
        { """{§, "items": [], "top": 0}""", "wrong-value", "/top" },
        { """{§, "items": [], "top": 1.5}""", "wrong-value", "/top" },
        { """{§, "items": [], "top": "2"}""", "wrong-value", "/top" },
        { """{"scenario": "home", "items": []}""", "wrong-type", "/scenario" },
        { """{"scenario": ["home"], "items": []}""", "wrong-value", "/scenario" },
        { """{"scenario": ["home", "DE", "x"], "items": []}""", "wrong-value", "/scenario" },
        { """{"scenario": ["home", ["DE"]], "items": []}""", "wrong-type", "/scenario/1" },
        { """{"scenario": {"page": "home", "price": 1}, "items": []}""", "unknown-column", "/scenario/price" },
        { """{"scenario": {"page": "home"}, "items": ["a"]}""", "missing-scenario", "/scenario" },
        { """{"items": ["a"]}""", "missing-scenario", "/scenario" },
        { """{§, "items": [1,2,3,4,5,6,7,8,9]}""", "too-many-items", "/items" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Rank_Mistake_IsAProblemWithItsPlace(string body, string type, string? pointer)
    {
        await using var server = await RunningServer.StartAsync(model, "limits: {items: 8}");

        var problem = await Problem(await server.PostAsync("/v1/models/shop/rank", body.Replace("§", Scenario, StringComparison.Ordinal)), HttpStatusCode.BadRequest);

        problem["type"]!.GetValue<string>().ShouldBe(type, problem.ToJsonString());
        (problem["pointer"]?.GetValue<string>()).ShouldBe(pointer, problem.ToJsonString());
        problem["title"]!.GetValue<string>().ShouldNotBeEmpty();
        problem["detail"]!.GetValue<string>().ShouldNotBeEmpty();
        problem["status"]!.GetValue<int>().ShouldBe(400);
    }

    // A text of the request may be as long as its body; neither the answer nor the search for what was meant may be.
    [Theory]
    [InlineData("""{§, "items": [], "€": 1}""")]
    [InlineData("""{§, "items": [{"fields": {"€": 1}}]}""")]
    [InlineData("""{§, "items": [{"€": 1}]}""")]
    [InlineData("""{§, "items": [], "user": {"€": 1}}""")]
    [InlineData("""{"items": [], "scenario": {"€": 1}}""")]
    [InlineData("""{§, "items": [{"fields": {"price": "€"}}]}""")]
    public async Task Rank_LongText_IsQuotedInPart(string body)
    {
        await using var server = await RunningServer.StartAsync(model);
        var text = new string('x', 3_000_000);

        var problem = await Problem(await server.PostAsync("/v1/models/shop/rank", body.Replace("§", Scenario, StringComparison.Ordinal).Replace("€", text, StringComparison.Ordinal)), HttpStatusCode.BadRequest);

        problem.ToJsonString().Length.ShouldBeLessThan(1000);
        problem["detail"]!.GetValue<string>().ShouldContain("xxx…");
    }

    [Theory]
    [InlineData("{\"rows\": [{\"page\": \"home\", \"country\": \"DE\", \"price\": \"x\"}]}", "not-a-number", "/rows/0/price")]
    [InlineData("{\"rows\": [{\"page\": \"home\", \"price\": 1}]}", "missing-scenario", "/rows/0/country")]
    [InlineData("{\"rows\": [1]}", "wrong-type", "/rows/0")]
    [InlineData("{\"rows\": {}}", "wrong-type", "/rows")]
    [InlineData("{\"row\": []}", "unknown-property", "/row")]
    [InlineData("{\"rows\": [], \"rows\": []}", "duplicate-property", "/rows")]
    [InlineData("{}", "missing-property", "/rows")]
    public async Task Score_Mistake_IsAProblemWithItsPlace(string body, string type, string pointer)
    {
        await using var server = await RunningServer.StartAsync(model);

        var problem = await Problem(await server.PostAsync("/v1/models/shop/score", body), HttpStatusCode.BadRequest);

        problem["type"]!.GetValue<string>().ShouldBe(type);
        problem["pointer"]!.GetValue<string>().ShouldBe(pointer);
    }

    [Fact]
    public async Task Rank_UnknownScenarioRefused_SaysWhichLevel()
    {
        await using var server = await RunningServer.StartAsync(model, unknownScenario: "refuse");

        var problem = await Problem(await server.PostAsync("/v1/models/shop/rank", """{"scenario": ["home", "IT"], "items": ["a"]}"""), HttpStatusCode.BadRequest);

        problem["type"]!.GetValue<string>().ShouldBe("unknown-scenario");
        problem["pointer"]!.GetValue<string>().ShouldBe("/scenario/1");
    }

    [Fact]
    public async Task Rank_UnknownScenarioAveraged_IsScored()
    {
        await using var server = await RunningServer.StartAsync(model, unknownScenario: "average");

        (await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", """{"scenario": ["home", "IT"], "items": ["a"]}""")))["items"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Rank_NoUtf8_IsMalformed()
    {
        await using var server = await RunningServer.StartAsync(model);

        (await Problem(await server.PostAsync("/v1/models/shop/rank", [(byte)'{', 0xff, (byte)'}']), HttpStatusCode.BadRequest))["type"]!.GetValue<string>().ShouldBe("malformed-json");
    }

    [Fact]
    public async Task Rank_ByteOrderMark_IsPassedOver()
    {
        await using var server = await RunningServer.StartAsync(model);

        (await server.PostAsync("/v1/models/shop/rank", $"\uFEFF{{{Scenario}, \"items\": [\"a\"]}}")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/json", "gzip")]
    [InlineData(null, null)]
    public async Task Rank_OtherMediaType_IsRefused(string? type, string? encoding)
    {
        await using var server = await RunningServer.StartAsync(model);
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        if (type is not null) content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);

        var problem = await Problem(await server.Client.PostAsync("/v1/models/shop/rank", content), HttpStatusCode.UnsupportedMediaType);

        problem["type"]!.GetValue<string>().ShouldBe("unsupported-media-type");
    }

    [Theory]
    [InlineData("/v1/models/shp/rank")]
    [InlineData("/v1/models/..%2fshop/rank")]
    [InlineData("/v1/models/%2e%2e/score")]
    public async Task Post_UnknownModel_IsNotFound(string path)
    {
        await using var server = await RunningServer.StartAsync(model);

        var problem = await Problem(await server.PostAsync(path, """{"items": [], "rows": []}"""), HttpStatusCode.NotFound);

        problem["type"]!.GetValue<string>().ShouldBeOneOf("unknown-model", "not-found");
    }

    [Fact]
    public async Task Any_UnknownPathOrMethod_IsAProblem()
    {
        await using var server = await RunningServer.StartAsync(model);

        (await Problem(await server.Client.GetAsync("/v1/nothing"), HttpStatusCode.NotFound))["type"]!.GetValue<string>().ShouldBe("not-found");
        (await Problem(await server.Client.GetAsync("/v1/models/nothing"), HttpStatusCode.NotFound))["type"]!.GetValue<string>().ShouldBe("unknown-model");
        (await Problem(await server.Client.DeleteAsync("/v1/models"), HttpStatusCode.MethodNotAllowed))["type"]!.GetValue<string>().ShouldBe("method-not-allowed");
    }

    internal static async Task<JsonObject> Problem(HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, text);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        text.ShouldNotContain("   at ");
        return JsonNode.Parse(text)!.AsObject();
    }
}
