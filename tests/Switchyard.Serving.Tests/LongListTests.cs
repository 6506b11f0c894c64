namespace Switchyard.Serving.Tests;

/// <summary>Lists that are valid and huge: what they may cost.</summary>
public sealed class LongListTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly ServedModel _model;

    public LongListTests() => _model = TinyModels.Serve(TinyModels.Save(_folder["bundle"]));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public async Task ScoreAsync_ListOfTheWholeRequest_IsRefusedBeyondTheLimit(int values, bool isScored)
    {
        await using var queue = new ScoringQueue();
        var request = Request(new RankRequest(), 3, Tags(values));
        if (isScored)
        {
            (await queue.ScoreAsync(request)).Status.ShouldBe(ScoreStatus.Scored);
            return;
        }

        var e = await Should.ThrowAsync<RequestException>(async () => await queue.ScoreAsync(request));
        (e.Error, e.Item, e.Column, e.Message).ShouldBe(
            (RequestError.TooManyValues, RankRequest.Shared, "tags", "Column 'tags': 1001 values, more than the 1000 that a list may have; send fewer."));
    }

    [Fact]
    public async Task ScoreAsync_ListOfAnItemAsText_IsRefusedBeyondTheLimitAndEmptyValuesDoNotCount()
    {
        await using var queue = new ScoringQueue();
        var request = new RankRequest { MostValues = 3 };
        request.Begin(_model);
        for (var item = 0; item < 2; item++) Set(request, request.AddItem(), "tags", item == 0 ? "|t1||||t2|t3|||" : "t1|t2|t3|t4");
        var e = await Should.ThrowAsync<RequestException>(async () => await queue.ScoreAsync(request));
        (e.Error, e.Item, e.Column).ShouldBe((RequestError.TooManyValues, 1, "tags"));
    }

    [Fact]
    public async Task ScoreAsync_LongHistory_IsCutAsInAFile()
    {
        await using var queue = new ScoringQueue();
        var (whole, cut) = (new RankRequest(), new RankRequest());
        foreach (var (request, values) in ((RankRequest, int)[])[(whole, 5000), (cut, 3)])
        {
            request.Begin(_model);
            request.AddItem();
            Set(request, RankRequest.Shared, "clicks", string.Join(';', Enumerable.Range(0, values).Select(i => $"i{i % 40}")));
            (await queue.ScoreAsync(request)).Status.ShouldBe(ScoreStatus.Scored);
        }

        TinyModels.Bits(whole.Scores).ShouldBe(TinyModels.Bits(cut.Scores));
    }

    [Fact]
    public async Task ScoreAsync_ManyLongLists_AreScoredInPartsWithTheSameBits()
    {
        const int items = 300, values = 1000;
        await using var queue = new ScoringQueue();
        var request = Request(new RankRequest(), items, Tags(values));
        await queue.ScoreAsync(request);
        var alone = new RankRequest();
        for (var item = 0; item < items; item += 37)
        {
            alone.Begin(_model);
            Set(alone, RankRequest.Shared, "tags", Tags(values));
            Set(alone, alone.AddItem(), "item", $"i{item % 40}");
            await queue.ScoreAsync(alone);
            TinyModels.Bits([alone.Score(0, 0), alone.Score(1, 0)]).ShouldBe(TinyModels.Bits([request.Score(0, item), request.Score(1, item)]));
        }
    }

    [Fact]
    public void Add_LongLists_NoMoreRowsThanThereIsRoomForTheirIds()
    {
        var desk = _model.RentDesk();
        var request = Request(new RankRequest { MostValues = 40_000 }, 100, Tags(40_000));
        request.Prepare();
        (desk.Room, desk.Add(request, 0, 100), desk.Room, desk.IsLarge()).ShouldBe((256, 2, 0, false));
        desk.Score();
        desk.Room.ShouldBe(256);
        _model.ReturnDesk(desk);
        _model.RentDesk().ShouldBeSameAs(desk);
    }

    [Fact]
    public void ReturnDesk_GrownByOneHugeList_IsNotKept()
    {
        var desk = _model.RentDesk();
        var request = Request(new RankRequest { MostValues = 1_000_000 }, 2, Tags(300_000));
        request.Prepare();
        desk.Add(request, 0, 2).ShouldBe(1);
        desk.Score();
        desk.IsLarge().ShouldBeTrue();
        _model.ReturnDesk(desk);
        _model.RentDesk().ShouldNotBeSameAs(desk);
    }

    RankRequest Request(RankRequest request, int items, string tags)
    {
        request.Begin(_model);
        Set(request, RankRequest.Shared, "tags", tags);
        for (var item = 0; item < items; item++) Set(request, request.AddItem(), "item", $"i{item % 40}");
        return request;
    }

    static string Tags(int count) => string.Join('|', Enumerable.Range(0, count).Select(i => $"t{i % 9}"));

    static void Set(RankRequest request, int item, string column, string value) => TinyModels.Set(request, item, new Dictionary<string, string?> { [column] = value });
}
