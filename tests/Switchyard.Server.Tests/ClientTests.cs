using System.Net;
using Switchyard.Client;

namespace Switchyard.Server.Tests;

/// <summary>The client package against the server.</summary>
[Collection(ModelTests.Name)]
public sealed class ClientTests(TrainedModel model)
{
    [Fact]
    public async Task RankAndScore_SameRow_HaveTheSameBits()
    {
        await using var server = await RunningServer.StartAsync(model);
        using var client = new SwitchyardClient(server.Client);
        var ranked = await client.RankAsync("shop", new RankRequest
        {
            Scenario = { ["page"] = "home", ["country"] = "DE" },
            User = { ["user_id"] = "u7", ["age"] = 31, ["viewed"] = new[] { "b1", "b2" } },
            Items = { new RankItem("a") { Fields = { ["price"] = 12.5f, ["stock"] = 3, ["tags"] = new[] { "t1", "t2" }, ["brand"] = "b1" } }, "b" },
        });
        var scored = await client.ScoreAsync("shop", new ScoreRequest
        {
            Rows =
            {
                new Dictionary<string, FieldValue>
                {
                    ["page"] = "home", ["country"] = "DE", ["user_id"] = "u7", ["age"] = 31, ["viewed"] = "b1;b2", ["price"] = FieldValue.Number("12.5"), ["stock"] = 3, ["tags"] = "t1|t2", ["brand"] = "b1",
                },
            },
        });
        (ranked.Model, ranked.Scenario.Count).ShouldBe(("shop", 2));
        ranked.Items.Select(i => i.Id).ShouldBe(["a", "b"]);
        ranked.Order.ShouldBe(ranked.Items[0].Fused >= ranked.Items[1].Fused ? [0, 1] : [1, 0]);
        foreach (var task in new[] { "click", "buy" }) BitConverter.SingleToInt32Bits(scored.Scores.Single()[task]).ShouldBe(BitConverter.SingleToInt32Bits(ranked.Items[0].Scores[task]));
    }

    [Fact]
    public async Task Models_AndOneOfThem_AreDescribed()
    {
        await using var server = await RunningServer.StartAsync(model);
        using var client = new SwitchyardClient(server.Client);
        var list = await client.ModelsAsync();
        list.Models.Single().Name.ShouldBe("shop");
        list.Models.Single().Tasks!.ShouldBe([new TaskInfo("click", null), new TaskInfo("buy", "click")]);
        var described = await client.ModelAsync("shop");
        described.Version.ShouldNotBeNull();
        described.Versions.Single(v => v.Version == described.Version).Status.ShouldBe("serving");
        described.Levels!.Select(l => l.Column).ShouldBe(["page", "country"]);
        described.Fields!.Single(f => f.Name == "user_id").Side.ShouldBe("user");
        described.Fusion!.Rules.Single().Formula.ShouldBe("buy");
        described.Fusion.Version.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Models_Route_IsDescribed()
    {
        await using var server = await RunningServer.StartAsync(model, "routes: [{name: all, levels: [page], scenarios: [{path: [home], model: shop}], default: shop}]");
        using var client = new SwitchyardClient(server.Client);
        var route = (await client.ModelsAsync()).Routes.Single();
        (route.Name, route.Default, route.Scenarios.Single().Model).ShouldBe(("all", "shop", "shop"));
        route.Scenarios.Single().Path.ShouldBe(["home"]);
    }

    [Fact]
    public async Task Rank_Refused_SaysWhatAndWhere()
    {
        await using var server = await RunningServer.StartAsync(model);
        using var client = new SwitchyardClient(server.Client);
        var refused = await Should.ThrowAsync<SwitchyardException>(() => client.RankAsync("shop", new RankRequest
        {
            Scenario = { ["page"] = "home", ["country"] = "DE" },
            Items = { "a", new RankItem("b") { Fields = { ["prize"] = 1 } } },
        }));
        (refused.Status, refused.Type, refused.Pointer).ShouldBe((HttpStatusCode.BadRequest, "unknown-column", "/items/1/fields/prize"));
        refused.Message.ShouldContain("Did you mean 'price'?");
        (await Should.ThrowAsync<SwitchyardException>(() => client.RankAsync("shops", new RankRequest()))).Type.ShouldBe("unknown-model");
    }
}
