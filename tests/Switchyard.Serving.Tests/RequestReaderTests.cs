using System.Text;

namespace Switchyard.Serving.Tests;

/// <summary>Bodies of requests, read without a server.</summary>
public sealed class RequestReaderTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly ServedModel _model;
    readonly RankRequest _request = new();
    readonly RequestReader _reader = new();

    public RequestReaderTests()
    {
        _model = TinyModels.Serve(TinyModels.Save(_folder["model"]));
        _request.Begin(_model);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"rows": [{}]}""", false)]
    [InlineData("""{"scenario": {"rows": 1}, "items": ["rows"]}""", true)]
    [InlineData("""{"top": 1, "rows": []}""", false)]
    [InlineData("""{"items": [""", true)]
    [InlineData("[]", true)]
    [InlineData("", true)]
    public void IsRank_Bodies_TellsThoseThatScoreRows(string body, bool expected) => RequestReader.IsRank(Encoding.UTF8.GetBytes(body)).ShouldBe(expected);

    [Fact]
    public void Read_BothKinds_HaveTheSameBits()
    {
        Read("""{"scenario": ["r1", "phone"], "user": {"user": "u3"}, "items": [{"id": "a", "fields": {"item": "i4", "price": 12.50, "tags": ["t1", "t2"]}}]}""");
        var ranked = Scores();
        _request.Begin(_model);
        Read("""{"rows": [{"region": "r1", "device": "phone", "user": "u3", "item": "i4", "price": 12.5, "tags": "t1|t2"}]}""");
        Scores().ShouldBe(ranked);
    }

    [Theory]
    [InlineData("""{"scenario": ["r1"], "items": []}""", RequestError.WrongValue, "/scenario")]
    [InlineData("""{"items": [{"fields": {"prise": 1}}]}""", RequestError.UnknownColumn, "/items/0/fields/prise")]
    [InlineData("""{"items": [{"fields": {"tags": ["t1", "t2|t3"]}}]}""", RequestError.DividedValue, "/items/0/fields/tags")]
    [InlineData("""{"user": {"user": 1}, "context": {"user": 2}, "items": []}""", RequestError.RepeatedColumn, "/context/user")]
    [InlineData("""{"rows": [{}, {"item": {}}]}""", RequestError.WrongType, "/rows/1/item")]
    [InlineData("""{"items": [], "items": []}""", RequestError.DuplicateProperty, "/items")]
    [InlineData("""{"top": 1}""", RequestError.MissingProperty, "/items")]
    [InlineData("""{"item": []}""", RequestError.UnknownProperty, "/item")]
    [InlineData("""{"items": []}}""", RequestError.MalformedJson, null)]
    public void Read_Mistake_IsNamedWithItsPlace(string body, RequestError error, string? pointer)
    {
        var e = Should.Throw<RequestException>(() => Read(body));
        (e.Error, e.Pointer).ShouldBe((error, pointer));
        e.Sentence.ShouldBe(pointer is null ? e.Message : $"{e.Message} ({pointer} of the request)");
    }

    [Fact]
    public void RequireScenario_LevelMissing_IsNamed()
    {
        Read("""{"scenario": {"region": "r1"}, "items": ["a"]}""");
        var e = Should.Throw<RequestException>(() => _reader.RequireScenario(_request));
        (e.Error, e.Pointer).ShouldBe((RequestError.MissingScenario, "/scenario"));
    }

    [Fact]
    public void Pointer_ValueThatCannotBeScored_LeadsToIt()
    {
        Read("""{"scenario": ["r1", "phone"], "items": ["a", {"fields": {"price": "dear"}}]}""");
        var e = Should.Throw<RequestException>(() => DirectScoring.Score(_request, CancellationToken.None));
        _reader.Pointer(e, _request).ShouldBe("/items/1/fields/price");
    }

    [Fact]
    public void Score_WithoutAQueue_HasTheBitsOfOne()
    {
        var queued = TinyModels.Score(TinyModels.NewRequest(_model, 3, items: 700));
        var direct = TinyModels.NewRequest(_model, 3, items: 700);
        DirectScoring.Score(direct, CancellationToken.None);
        TinyModels.Bits(direct.Scores).ShouldBe(TinyModels.Bits(queued.Scores));
        direct.Order.ToArray().ShouldBe(queued.Order.ToArray());
    }

    void Read(string body)
    {
        var json = Encoding.UTF8.GetBytes(body);
        _reader.Read(json, RequestReader.IsRank(json), _request);
    }

    int[] Scores()
    {
        _reader.RequireScenario(_request);
        DirectScoring.Score(_request, CancellationToken.None);
        return TinyModels.Bits(_request.Scores);
    }
}
