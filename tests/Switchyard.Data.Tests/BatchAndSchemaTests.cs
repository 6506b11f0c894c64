namespace Switchyard.Data.Tests;

public sealed class BatchAndSchemaTests
{
    static SequenceEncoder Recent => new('|', SequenceOrder.NewestFirst, 20, new HistorySpec { Of = "user", Item = "item", Time = "at", When = [Condition.Parse("click")] }, new SharedEncoder("item"));

    static Schema Example() => new()
    {
        Fields =
        [
            new Field("item", FieldKind.Single, 0, Pooling.Mean, FieldRole.Feature, new VocabularyEncoder(["x", "é\"", ""])),
            new Field("history", FieldKind.Multiple, 0, Pooling.Sum, FieldRole.Feature, new ListEncoder(';', new SharedEncoder("item"))) { Column = "seen" },
            new Field("place", FieldKind.Single, 1, Pooling.Mean, FieldRole.Position, new BucketEncoder([0.1, 1.5, 1e300])) { Fixed = "1" },
            new Field("age", FieldKind.Number, -1, Pooling.Mean, FieldRole.Position, new StandardiseEncoder(30.25, 0.1)) { Fixed = "30.25" },
            new Field("user", FieldKind.Single, 2, Pooling.Mean, FieldRole.Feature, new HashEncoder(64)),
            new Field("recent", FieldKind.Sequence, 0, Pooling.Mean, FieldRole.Feature, Recent),
        ],
        Tables = [new Table("item", 4, 8), new Table("place", 5, 4), new Table("user", 64, 4)],
        Levels = [new ScenarioLevel("region", ["EU", "US"]), new ScenarioLevel("device", ["phone", "tablet", "pc"])],
        Tasks = [new TaskInfo("click", -1, 1) { Label = Condition.Parse("click") }, new TaskInfo("buy", 0, 0.5f) { Label = Condition.Parse("price > 0"), Mask = [Condition.Parse("a in [1, 2]")] }],
        UnknownScenario = UnknownScenario.Parent,
        Group = "search",
    };

    [Fact]
    public void FromJson_OfToJson_IsTheSameSchema()
    {
        var schema = Example();
        var back = Schema.FromJson(schema.ToJson());
        back.ToJson().ShouldBe(schema.ToJson());
        back.Fingerprint().ShouldBe(schema.Fingerprint());
        back.Fields[1].Column.ShouldBe("seen");
        ((BucketEncoder)back.Fields[2].Encoder).Edges.ShouldBe([0.1, 1.5, 1e300]);
        ((VocabularyEncoder)back.Fields[0].Encoder).Values.ShouldBe(["x", "é\"", ""]);
        back.Tasks[1].Mask[0].ShouldBe(Condition.Parse("a in [1, 2]"));
        back.Width.ShouldBe(8 + 8 + 4 + 2 + 4 + 8);
        back.Leaves.ShouldBe(6);
        back.Fields[5].Encoder.ShouldBe(Recent);
        back.Vocabulary(5).ShouldBe(back.Fields[0].Encoder);
        back.Vocabulary(1).ShouldBe(back.Fields[0].Encoder);
    }

    [Fact]
    public void Fingerprint_OfAnyChange_Differs()
    {
        var schema = Example();
        var changed = new[]
        {
            schema with { Group = null },
            schema with { UnknownScenario = UnknownScenario.Error },
            schema with { Fields = schema.Fields.SetItem(4, schema.Fields[4] with { Encoder = new HashEncoder(65) }) },
            schema with { Fields = schema.Fields.SetItem(2, schema.Fields[2] with { Fixed = "2" }) },
            With(5, f => f with { Encoder = Recent with { MaxLength = 21 } }),
            With(5, f => f with { Encoder = Recent with { Order = SequenceOrder.OldestFirst } }),
            With(5, f => f with { Encoder = Recent with { History = null } }),
            With(5, f => f with { Encoder = Recent with { History = Recent.History! with { When = [] } } }),
            With(4, f => f with { Side = FieldSide.User }),
            schema with { Levels = schema.Levels.RemoveAt(1) },
            schema with { Tasks = schema.Tasks.SetItem(0, schema.Tasks[0] with { Label = Condition.Parse("tap") }) },
        };
        changed.Append(schema).Select(s => s.Fingerprint()).Distinct().Count().ShouldBe(changed.Length + 1);
    }

    /// <summary>Schemas were saved before fields had sides.</summary>
    [Fact]
    public void ToJson_FieldsWithoutASide_SaysNothingOfIt()
    {
        Example().ToJson().ShouldNotContain("side");
        Schema.FromJson(Example().ToJson()).Fields[4].Side.ShouldBe(FieldSide.Item);
        Schema.FromJson(With(4, f => f with { Side = FieldSide.Context }).ToJson()).Fields[4].Side.ShouldBe(FieldSide.Context);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"fields\":")]
    public void FromJson_OtherText_IsAnInputError(string json) => Should.Throw<InputException>(() => Schema.FromJson(json));

    static Schema With(int field, Func<Field, Field> change) => Example() with { Fields = Example().Fields.SetItem(field, change(Example().Fields[field])) };

    public static TheoryData<string, Schema> DamagedSchemas() => new()
    {
        { "lists what is no vocabulary", With(1, f => f with { Encoder = new ListEncoder(';', new BucketEncoder([1])) }) },
        { "field history does not fit 'place'", With(1, f => f with { Encoder = new ListEncoder(';', new SharedEncoder("place")) }) },
        { "field user does not fit 'user'", With(4, f => f with { Encoder = new SharedEncoder("user") }) },
        { "position of several values", With(1, f => f with { Role = FieldRole.Position, Fixed = "x" }) },
        { "deviation above 0", With(3, f => f with { Encoder = new StandardiseEncoder(1, 0) }) },
        { "ascending order", With(2, f => f with { Encoder = new BucketEncoder([2, 1]) }) },
        { "hashes into 0 ids", With(4, f => f with { Encoder = new HashEncoder(0) }) },
        { "field 'item' stands there twice", With(4, f => f with { Name = "item" }) },
        { "field item does not fit its vocabulary: value 'x' stands there twice", With(0, f => f with { Encoder = new VocabularyEncoder(["x", "x"]) }) },
        { "field user has no table 3", With(4, f => f with { Table = 3 }) },
        { "its encoder is not made for", With(4, f => f with { Kind = FieldKind.Multiple }) },
        { "its encoder is not made for", With(5, f => f with { Kind = FieldKind.Multiple }) },
        { "its encoder is not made for", With(1, f => f with { Kind = FieldKind.Sequence }) },
        { "field recent keeps 0 values", With(5, f => f with { Encoder = Recent with { MaxLength = 0 } }) },
        { "field recent has a separator that is not ASCII", With(5, f => f with { Encoder = Recent with { Separator = 'é' } }) },
        { "field recent lists what is no vocabulary", With(5, f => f with { Encoder = Recent with { Values = new BucketEncoder([1]) } }) },
        { "field recent has a history that lacks a column or conditions", With(5, f => f with { Encoder = Recent with { History = Recent.History! with { Item = null! } } }) },
        { "field recent is a position of several values", With(5, f => f with { Role = FieldRole.Position, Fixed = "x" }) },
        { "field recent does not fit 'age'", With(5, f => f with { Encoder = Recent with { Values = new SharedEncoder("age") } }) },
        { "not before it", Example() with { Tasks = Example().Tasks.SetItem(0, new TaskInfo("click", 1, 1)) } },
        { "level region needs nodes", Example() with { Levels = [new ScenarioLevel("region", [])] } },
    };

    [Theory]
    [MemberData(nameof(DamagedSchemas), DisableDiscoveryEnumeration = true)]
    public void FromJson_SchemaThatContradictsItself_IsRefused(string expected, Schema schema) =>
        Should.Throw<InputException>(() => Schema.FromJson(schema.ToJson())).Message.ShouldContain(expected);

    [Fact]
    public void FromJson_EnumAsNumber_IsRefused()
    {
        var json = Example().ToJson();
        json.ShouldContain("\"kind\": \"multiple\"");
        Should.Throw<InputException>(() => Schema.FromJson(json.Replace("\"kind\": \"multiple\"", "\"kind\": 1", StringComparison.Ordinal)));
    }

    [Fact]
    public void FixPositions_FillsTheFixedValueOnly()
    {
        var batch = new Batch(Example(), 3) { Count = 2 };
        for (var r = 0; r < 3; r++)
        {
            batch.Ids(0)[r] = 2;
            batch.Ids(2)[r] = 4;
            batch.Numbers(3)[2 * r] = 9;
            batch.Numbers(3)[(2 * r) + 1] = 1;
        }

        batch.FixPositions();
        batch.Ids(0).ShouldBe([2, 2, 2]);
        batch.Ids(2).ShouldBe([1, 1, 4]);
        batch.Numbers(3).ShouldBe([0f, 0f, 0f, 0f, 9f, 1f]);
    }

    [Fact]
    public void Leaf_OfNodes_IsMixedRadixAndUnknownIsMinusOne()
    {
        var batch = new Batch(Example(), 2) { Count = 2 };
        (batch.Nodes(0)[0], batch.Nodes(1)[0]) = (1, 2);
        (batch.Nodes(0)[1], batch.Nodes(1)[1]) = (1, -1);
        batch.Leaf(0).ShouldBe(5);
        batch.Leaf(1).ShouldBe(-1);
    }

    [Fact]
    public void EnsureIds_Grown_KeepsWhatWasThere()
    {
        var batch = new Batch(Example(), 2);
        batch.EnsureIds(1, 1)[0] = 7;
        batch.EnsureIds(1, 1000)[0].ShouldBe(7);
        batch.Ids(1).Length.ShouldBeGreaterThanOrEqualTo(1000);
    }
}
