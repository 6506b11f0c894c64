using System.Collections.Immutable;

namespace Switchyard.Data.Tests;

/// <summary>Check numbers of the reference protocols on the real data.</summary>
public sealed class ReferenceTests
{
    const string Trivago = "trivago/impressions.csv.gz";
    const string Rent = "rent_the_runway/renttherunway.csv.gz";

    static readonly string[] T1Categorical = ["region", "platform", "device", "dest_country", "city", "item_id", "is_last_item", "has_sort_filter", "hour"];

    static readonly string[] T1Numeric =
    [
        "position", "price", "price_rank", "price_ratio_mean", "n_filters", "n_impressions", "step",
        "item_prior_interactions", "item_prior_clickouts", "session_prior_clickouts",
    ];

    static readonly string[] Ids = ["user_id", "item_id", "city"];

    static ImmutableArray<FieldSpec> Fields(IEnumerable<string> categorical, IEnumerable<string> numeric) =>
    [
        .. categorical.Select(c => Make.Categorical(c, Ids.Contains(c) ? 2 : 1)),
        .. numeric.Select(c => Make.Numeric(c)),
    ];

    static DataSpec TrivagoSpec(ImmutableArray<FieldSpec> fields, params TaskSpec[] tasks) => new()
    {
        Sources = [new SourceSpec { Path = Path.Combine(SharedData.Folder, Trivago) }],
        Fields = fields,
        Scenario = ["region", "device"],
        Tasks = [.. tasks],
        Group = "search_id",
        Filter = Make.All("region != OTHER"),
        Split = new SplitSpec
        {
            Train = Make.All("date == 2018-11-07", "hash(user_id) mod 10 in [1..9]"),
            Validation = Make.All("date == 2018-11-07", "hash(user_id) mod 10 == 0"),
            Test = Make.All("date == 2018-11-08"),
        },
    };

    static DataSpec RentSpec(params string[] categorical) => new()
    {
        Sources = [new SourceSpec { Path = Path.Combine(SharedData.Folder, Rent) }],
        Fields = Fields(categorical, ["size", "bust_size_num", "age", "weight_lbs", "height_in"]),
        Scenario = ["rented_for"],
        Tasks = [Make.Task("fit", "fit == fit"), Make.Task("rating10", "rating == 10")],
        Filter = Make.All("rented_for is present", "rating is present"),
        Split = new SplitSpec
        {
            Train = Make.All("review_date < 2017-01-01"),
            Validation = Make.All("review_date >= 2017-01-01", "review_date < 2017-07-01"),
            Test = Make.All("review_date >= 2017-07-01"),
        },
    };

    static int TableRows(Dataset data) => data.Schema.Tables.Sum(t => t.Rows);

    // Log loss of the training rate on the test rows, as the reference states it.
    static double ConstantLogLoss(Dataset data, int task)
    {
        var train = data.Summary.Parts[0].Tasks[task];
        var test = data.Summary.Parts[2].Tasks[task];
        var rate = (double)train.Positives / train.Observed;
        var share = (double)test.Positives / test.Observed;
        return -((share * Math.Log(rate)) + ((1 - share) * Math.Log(1 - rate)));
    }

    [DataFact(Trivago)]
    public void Import_TrivagoT1_HasReferenceRowsAndTables()
    {
        using var folder = new TemporaryFolder();
        using var data = folder.Import(TrivagoSpec(Fields(T1Categorical, T1Numeric), Make.Task("clickout"), Make.Task("interact_after")));
        data.Rows(Part.Train).ShouldBe(140_726);
        data.Rows(Part.Validation).ShouldBe(16_011);
        data.Rows(Part.Test).ShouldBe(155_727);
        data.Summary.RowsFiltered.ShouldBe(75);
        data.Summary.RowsInNoPart.ShouldBe(0);
        data.Summary.RowsRead.ShouldBe(312_539);
        TableRows(data).ShouldBe(30_360);
        data.Schema.Leaves.ShouldBe(24);
        ConstantLogLoss(data, 0).ShouldBe(0.17848, 0.00001);
        ConstantLogLoss(data, 1).ShouldBe(0.15429, 0.00001);
    }

    [DataFact(Trivago)]
    public void Import_TrivagoT1n_HasReferenceTables()
    {
        using var folder = new TemporaryFolder();
        using var data = folder.Import(TrivagoSpec(Fields(T1Categorical.Except(["city", "item_id"]), T1Numeric), Make.Task("clickout"), Make.Task("interact_after")));
        TableRows(data).ShouldBe(374);
    }

    [DataFact(Trivago)]
    public void Import_TrivagoT2n_HasReferenceTables()
    {
        using var folder = new TemporaryFolder();
        var fields = Fields(
            T1Categorical.Except(["city", "item_id", "is_last_item"]),
            T1Numeric.Except(["item_prior_interactions", "item_prior_clickouts"]));
        using var data = folder.Import(TrivagoSpec(fields, Make.Task("engage"), Make.Task("clickout") with { Given = "engage" }));
        TableRows(data).ShouldBe(364);
        data.Schema.Tasks[1].Given.ShouldBe(0);
        ConstantLogLoss(data, 0).ShouldBe(0.33369, 0.00001);
    }

    [DataFact(Rent)]
    public void Import_RentTheRunwayR_HasReferenceRowsAndColumnSizes()
    {
        using var folder = new TemporaryFolder();
        using var data = folder.Import(RentSpec("rented_for", "user_id", "item_id", "category", "body_type", "bust_size_letter", "review_month"));
        data.Rows(Part.Train).ShouldBe(123_327);
        data.Rows(Part.Validation).ShouldBe(30_615);
        data.Rows(Part.Test).ShouldBe(38_510);
        data.Schema.Tables.Select(t => (t.Name, t.Rows)).ShouldBe(
        [
            ("rented_for", 9), ("user_id", 21_097), ("item_id", 2_917), ("category", 50), ("body_type", 9), ("bust_size_letter", 13),
            ("review_month", 13), ("size", 16), ("bust_size_num", 6), ("age", 23), ("weight_lbs", 24), ("height_in", 12),
        ]);
        TableRows(data).ShouldBe(24_189);
        ConstantLogLoss(data, 0).ShouldBe(0.58513, 0.00001);
        ConstantLogLoss(data, 1).ShouldBe(0.64117, 0.00001);
    }

    [DataFact(Rent)]
    public void Import_RentTheRunwayRn_HasReferenceTables()
    {
        using var folder = new TemporaryFolder();
        using var data = folder.Import(RentSpec("rented_for", "item_id", "category", "body_type", "bust_size_letter", "review_month"));
        TableRows(data).ShouldBe(3_092);
    }

    [DataFact(Trivago)]
    public void RowEncoder_TrivagoTestRows_EncodesAsTheColumnFileDoes()
    {
        using var folder = new TemporaryFolder();
        var spec = TrivagoSpec(Fields(T1Categorical, T1Numeric), Make.Task("clickout"), Make.Task("interact_after"));
        using var data = folder.Import(spec);
        var whole = Make.Whole(data, Part.Test);
        var at = 0;
        using var rows = RowReader.Open(spec.Sources[0].Path!);
        var encoder = RowEncoder.Create(data.Schema, rows.Header, rows.File, labels: true);
        var one = new Batch(data.Schema, 1) { Count = 1 };
        while (rows.Read() && at < whole.Count)
        {
            if (rows.Number != whole.Rows[at]) continue;
            encoder.Encode(rows, one, 0);
            for (var f = 0; f < data.Schema.Fields.Length; f++) one.Ids(f)[0].ShouldBe(whole.Ids(f)[at]);
            for (var t = 0; t < 2; t++) one.Labels(t)[0].ShouldBe(whole.Labels(t)[at]);
            one.Leaf(0).ShouldBe(whole.Leaf(at));
            at++;
        }

        at.ShouldBe(155_727);
    }
}
