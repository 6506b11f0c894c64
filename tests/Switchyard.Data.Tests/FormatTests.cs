using System.Collections.Immutable;

namespace Switchyard.Data.Tests;

/// <summary>The public data sets' own file formats, each imported as a user would.</summary>
public sealed class FormatTests
{
    const string Census = "census_income/census_income.csv.gz";
    const string Hillstrom = "hillstrom/hillstrom.csv.gz";
    const string OpenBandit = "open_bandit/open_bandit.csv.gz";
    const string AliExpressTrain = "formats/aliexpress_train_sample.csv";
    const string AliExpressTest = "formats/aliexpress_test_sample.csv";
    const string AliCcp = "formats/ali_ccp_*_sample.csv";
    const string KuaiRand = "formats/kuairand_sample.csv";
    const string Mind = "formats/mind_sample.csv";
    const string Douban = "formats/douban_sample.csv";

    static SourceSpec Source(string file, Part? part = null) => new() { Path = Path.Combine(SharedData.Folder, file), Part = part };

    static readonly SplitSpec ByRow = Make.Split("row mod 10 in [0..7]", "row mod 10 == 8", "row mod 10 == 9");

    static Dataset Import(DataSpec spec)
    {
        // The data set stays readable though its file is gone with the folder: it is open.
        using var folder = new TemporaryFolder();
        return folder.Import(spec);
    }

    [DataFact(Census)]
    public void Import_CensusIncome_KeepsIdenticalRowsInOnePart()
    {
        string[] numeric = ["age", "wage_per_hour", "capital_gains", "capital_losses", "stock_dividends", "num_emp", "weeks_worked"];
        string[] labels = ["income_50k", "marital_stat", "tax_filer_stat", "det_hh_fam_stat", "det_hh_summ", "instance_weight", "y_income", "y_never_married"];
        using var header = RowReader.Open(Path.Combine(SharedData.Folder, Census));
        using var data = Import(new DataSpec
        {
            Sources = [Source(Census)],
            Fields = [.. header.Header.Except(labels).Select(c => numeric.Contains(c) ? Make.Numeric(c) : Make.Categorical(c))],
            Scenario = ["class_worker"],
            Tasks = [Make.Task("y_income"), Make.Task("y_never_married")],
            Split = ByRow with { KeepIdenticalRowsTogether = true },
        });
        data.Summary.Parts.Sum(p => p.Rows).ShouldBe(99_762);
        data.Schema.Leaves.ShouldBe(9);
        (data.Summary.Parts.Sum(p => p.Tasks[0].Positives) / 99_762.0).ShouldBe(0.062, 0.0005);
        (data.Summary.Parts.Sum(p => p.Tasks[1].Positives) / 99_762.0).ShouldBe(0.432, 0.0005);
        ((double)data.Rows(Part.Train)).ShouldBe(79_810, 500);
    }

    [DataFact(Hillstrom)]
    public void Import_Hillstrom_HasTheFunnel()
    {
        using var data = Import(new DataSpec
        {
            Sources = [Source(Hillstrom)],
            Fields = [Make.Categorical("history_segment"), Make.Numeric("history")],
            Scenario = ["channel"],
            Tasks = [Make.Task("visit"), Make.Task("conversion") with { Given = "visit" }, Make.Task("spent", "spend > 0")],
            Split = ByRow,
        });
        data.Summary.Parts.Sum(p => p.Rows).ShouldBe(64_000);
        data.Summary.Parts.Sum(p => p.Tasks[1].Positives).ShouldBe(578);
        data.Summary.Parts.Sum(p => p.Tasks[2].Positives).ShouldBe(578);
        data.Schema.Tasks[1].Given.ShouldBe(0);
    }

    [DataFact(OpenBandit)]
    public void Import_OpenBandit_SplitsByTimestamp()
    {
        using var data = Import(new DataSpec
        {
            Sources = [Source(OpenBandit)],
            Fields = [Make.Categorical("item_id"), Make.Categorical("position") with { Role = FieldRole.Position, Fixed = "1" }],
            Scenario = ["campaign", "policy"],
            Tasks = [Make.Task("click")],
            Weight = "propensity_score",
            Split = new SplitSpec
            {
                Train = Make.All("timestamp < 2019-11-28"),
                Validation = Make.All("timestamp >= 2019-11-28", "timestamp < 2019-11-29"),
                Test = Make.All("timestamp >= 2019-11-29"),
            },
        });
        data.Summary.Parts.Sum(p => p.Rows).ShouldBe(40_000);
        data.Summary.Parts.ShouldAllBe(p => p.Rows > 0);
        data.Schema.Leaves.ShouldBe(4);
    }

    [DataFact(AliExpressTrain, AliExpressTest)]
    public void Import_AliExpress_TakesPartsFromFiles()
    {
        using var data = Import(new DataSpec
        {
            Sources = [Source(AliExpressTrain, Part.Train), Source(AliExpressTest, Part.Test)],
            Fields =
            [
                .. Enumerable.Range(1, 16).Select(i => Make.Categorical($"categorical_{i}")),
                .. Enumerable.Range(1, 63).Select(i => Make.Numeric($"numerical_{i}") with { Encoding = NumericEncoding.Standardise }),
            ],
            Tasks = [Make.Task("click"), Make.Task("conversion") with { Given = "click" }],
            Group = "search_id",
            Split = new SplitSpec(),
        });
        (data.Rows(Part.Train), data.Rows(Part.Validation), data.Rows(Part.Test)).ShouldBe((100, 0, 20));
        data.Schema.Width.ShouldBe((16 * 16) + (63 * 2));
        data.GroupCount(Part.Train).ShouldBeGreaterThan(1);
    }

    [DataFact("formats/ali_ccp_train_sample.csv")]
    public void Import_AliCcp_ReadsAllFilesOfThePattern()
    {
        using var data = Import(new DataSpec
        {
            Sources = [Source(AliCcp)],
            Fields = [Make.Categorical("101"), Make.Numeric("D109_14")],
            Scenario = ["301"],
            UnknownScenario = UnknownScenario.Parent,
            Tasks = [Make.Task("click"), Make.Task("purchase") with { Given = "click" }],
            Split = ByRow,
        });
        data.Summary.RowsRead.ShouldBe(200);
    }

    [DataFact(KuaiRand, Mind, Douban)]
    public void Import_KuaiRandMindDouban_AreRead()
    {
        Rows(KuaiRand, "is_click", ["tab"], "user_id", "video_id").ShouldBe(200);
        Rows(Mind, "label", ["Category"], "User_ID", "News_ID").ShouldBe(8000);
        Rows(Douban, "rating >= 4", ["domain"], "user_id", "item_id", "living_place").ShouldBe(3000);
    }

    static long Rows(string file, string label, ImmutableArray<string> scenario, params string[] fields)
    {
        using var data = Import(new DataSpec
        {
            Sources = [Source(file)],
            Fields = [.. fields.Select(f => Make.Categorical(f, 2))],
            Scenario = scenario,
            UnknownScenario = UnknownScenario.Parent,
            Tasks = [Make.Task("label", label)],
            Split = ByRow,
        });
        return data.Summary.Parts.Sum(p => p.Rows);
    }
}
