using System.Text;

namespace Switchyard.Serving.Tests;

public sealed class RankRequestTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly ServedModel _model;
    readonly RankRequest _request = new();

    public RankRequestTests()
    {
        _model = TinyModels.Serve(TinyModels.Save(_folder["bundle"]));
        _request.Begin(_model);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Columns_ReadOnesFirst_AndThoseThatSayNothingAfter()
    {
        _model.Columns.Names.ShouldBe(["user", "hour", "region", "item", "last_item", "tags", "clicks", "brand", "price", "device", "rank"]);
        _model.Columns.Read.ShouldBe(10);
        _model.Columns.Levels.ShouldBe([2, 9]);
    }

    [Fact]
    public void With_MoreNames_StandBehindTheModels()
    {
        var columns = _model.Columns.With(["brand", "member", "member"]);
        columns.Names.ShouldBe(_model.Columns.Names.Add("member"));
        (columns.Read, columns.Find("member"u8), columns.Find("price"u8)).ShouldBe((10, 11, 8));
        _model.Columns.With(["brand"]).ShouldBeSameAs(_model.Columns);
        _request.Begin(_model, columns);
        var item = _request.AddItem();
        _request.SetId(item, "i"u8);
        _request.Set(item, 11, "m1"u8);
        (Encoding.UTF8.GetString(_request.Value(item, 11)), Encoding.UTF8.GetString(_request.Id(item))).ShouldBe(("m1", "i"));
    }

    [Fact]
    public void IsFilledIn_ValueSetAfterwards_BeItMissing()
    {
        var item = _request.AddItem();
        Set(item, "item", "i1");
        Set(item, "brand", "");
        _request.EndGiven();
        Set(item, "price", "");
        Set(item, "user", "u1");
        new[] { "item", "brand", "price", "user", "tags" }.Select(c => _request.IsFilledIn(item, Column(c))).ShouldBe([false, false, true, true, false]);
    }

    [Fact]
    public void Require_UnknownColumn_SaysWhichWasProbablyMeant()
    {
        var e = Should.Throw<RequestException>(() => _model.Columns.Require("prise"u8, 3));
        (e.Error, e.Item, e.Column, e.Message).ShouldBe((RequestError.UnknownColumn, 3, "prise", "The model reads no column 'prise'. Did you mean 'price'?"));
    }

    [Fact]
    public void Value_OwnAndSharedAndNone_OwnFirst()
    {
        Set(RankRequest.Shared, "user", "u1");
        var (a, b) = (_request.AddItem(), _request.AddItem());
        Set(a, "item", "i1");
        Set(b, "item", "");
        (Value(a, "user"), Value(b, "user"), Value(a, "item"), Value(b, "item"), Value(a, "price")).ShouldBe(("u1", "u1", "i1", "", ""));
        (_request.IsSet(b, Column("item")), _request.IsSet(b, Column("user")), _request.IsOwn(b, Column("user")), _request.IsSet(a, Column("price"))).ShouldBe((true, true, false, false));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, -1)]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    public void Set_ColumnTwice_IsRefused(int first, int second)
    {
        _request.AddItem();
        Set(first, "user", "u1");
        var e = Should.Throw<RequestException>(() => Set(second, "user", "u1"));
        (e.Error, e.Item, e.Column).ShouldBe((RequestError.RepeatedColumn, second, "user"));
    }

    [Fact]
    public void AddToList_Values_StandAsTheFieldsTextHasThem()
    {
        var item = _request.AddItem();
        List(item, "tags", "t1", "", "t2", "t3");
        List(item, "clicks", "i1", "i2");
        List(item, "brand");
        (Value(item, "tags"), Value(item, "clicks"), Value(item, "brand")).ShouldBe(("t1|t2|t3", "i1;i2", ""));
    }

    [Fact]
    public void AddToList_ValueWithTheSeparator_IsRefused()
    {
        var item = _request.AddItem();
        var e = Should.Throw<RequestException>(() => List(item, "tags", "t1", "t2|t3"));
        (e.Error, e.Item, e.Column).ShouldBe((RequestError.DividedValue, 0, "tags"));
    }

    [Fact]
    public void SetId_OfAllItems_HaveIds()
    {
        _request.HaveIds.ShouldBeFalse();
        _request.SetId(_request.AddItem(), "a"u8);
        _request.HaveIds.ShouldBeTrue();
        _request.AddItem();
        _request.HaveIds.ShouldBeFalse();
        _request.SetId(1, "b"u8);
        (_request.HaveIds, Encoding.UTF8.GetString(_request.Id(0)), Encoding.UTF8.GetString(_request.Id(1))).ShouldBe((true, "a", "b"));
    }

    [Fact]
    public void Begin_AfterAnotherRequest_NothingOfItIsLeft()
    {
        for (var i = 0; i < 300; i++) Set(_request.AddItem(), "item", new string('x', 2000));
        _request.SetId(0, "a"u8);
        _request.Deadline = 5;
        _request.Begin(_model);
        (_request.Items, _request.HaveIds, _request.Deadline).ShouldBe((0, false, long.MaxValue));
        var item = _request.AddItem();
        (Value(item, "item"), _request.Id(item).Length, _request.Varies(Column("item"))).ShouldBe(("", 0, false));
    }

    [Fact]
    public void Clear_Begun_LetsGoOfTheModel()
    {
        _request.Clear();
        Should.Throw<InvalidOperationException>(() => _request.Model);
    }

    [Fact]
    public void Set_ItemThatIsNotThere_Throws() => Should.Throw<ArgumentOutOfRangeException>(() => Set(0, "item", "i1"));

    [Fact]
    public void AddItem_NoRoomForAnother_IsRefused()
    {
        var e = Should.Throw<RequestException>(() =>
        {
            while (true) _request.AddItem();
        });
        e.Error.ShouldBe(RequestError.TooManyItems);
        e.Message.ShouldBe("There is no room for more than 1398100 items with the 11 columns of the model; send fewer at a time.");
        _request.Items.ShouldBe(1398100);
    }

    int Column(string name) => _model.Columns.Require(Encoding.UTF8.GetBytes(name), RankRequest.Shared);

    void Set(int item, string column, string value) => _request.Set(item, Column(column), Encoding.UTF8.GetBytes(value));

    string Value(int item, string column) => Encoding.UTF8.GetString(_request.Value(item, Column(column)));

    void List(int item, string column, params string[] values)
    {
        _request.BeginList(item, Column(column));
        foreach (var value in values) _request.AddToList(Encoding.UTF8.GetBytes(value));
    }
}
