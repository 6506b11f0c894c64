namespace Switchyard.Samples.Tests;

/// <summary>The prepared CSV files of public benchmarks: AliExpress, Ali-CCP and KuaiRand.</summary>
public sealed class PreparedFormTests
{
    const string AliCcp = "click,purchase,101,121,122,124,125,126,127,128,129,205,206,207,210,216,508,509,702,853,301,109_14,110_14,127_14,150_14,"
        + "D109_14,D110_14,D127_14,D150_14,D508,D509,D702,D853";

    const string KuaiRand = "user_id,video_id,is_click,play_time_ms,duration_ms,profile_stay_time,comment_stay_time,tab,user_active_degree,is_lowactive_period,"
        + "is_live_streamer,is_video_author,follow_user_num,follow_user_num_range,fans_user_num,fans_user_num_range,friend_user_num,friend_user_num_range,"
        + "register_days,register_days_range,onehot_feat0,onehot_feat1,onehot_feat2,onehot_feat3,onehot_feat4,onehot_feat5,onehot_feat6,onehot_feat7,"
        + "onehot_feat8,onehot_feat9,onehot_feat10,onehot_feat11,onehot_feat12,onehot_feat13,onehot_feat14,onehot_feat15,onehot_feat16,onehot_feat17,"
        + "video_type,visible_status,server_width,server_height";

    static string AliExpress => $"search_id,{Draw.Join(16, i => $"categorical_{i + 1}")},{Draw.Join(63, i => $"numerical_{i + 1}")},click,conversion";

    [Fact]
    public void AliExpress_TwoFiles_TrainsBothTasksOfOneScenario()
    {
        using var data = new SampleFolder();
        data.Write("aliexpress/train.csv", AliExpressRows(200).Prepend(AliExpress));
        data.Write("aliexpress/test.csv", AliExpressRows(100).Prepend(AliExpress));

        var run = data.Load("aliexpress/prepared.yaml");
        var trained = Run.Train(run);

        trained.Ranker.Schema.Fields.Length.ShouldBe(79);
        trained.Report.Totals.Select(c => c.Task).ShouldBe(["click", "conversion"]);
        // Half of the searches of test.csv validate.
        trained.Report.Total("click").Rows.ShouldBeInRange(20, 80);
    }

    [Fact]
    public void AliCcp_ThreeFiles_PartsAreTheFiles()
    {
        using var data = new SampleFolder();
        data.Write("ali-ccp/ali_ccp_train.csv", AliCcpRows(100).Prepend(AliCcp));
        data.Write("ali-ccp/ali_ccp_val.csv", AliCcpRows(50).Prepend(AliCcp));
        data.Write("ali-ccp/ali_ccp_test.csv", AliCcpRows(60).Prepend(AliCcp));

        var trained = Run.Train(data.Load("ali-ccp/prepared.yaml"));

        trained.Ranker.Schema.Levels.ShouldHaveSingleItem().Nodes.ShouldBe(["1", "2", "3"], ignoreOrder: true);
        trained.Report.Total("click").Rows.ShouldBe(60);
        trained.Report.Total("purchase").Positives.ShouldBe(AliCcpRows(60).Count(r => r.StartsWith("1,1", StringComparison.Ordinal)));
    }

    [Fact]
    public void KuaiRand_OneFile_TabIsTheScenario()
    {
        using var data = new SampleFolder();
        data.Write("kuairand/kuairand.csv", KuaiRandRows(400).Prepend(KuaiRand));

        var trained = Run.Train(data.Load("kuairand/prepared.yaml"));

        trained.Ranker.Schema.Levels.ShouldHaveSingleItem().Column.ShouldBe("tab");
        trained.Report.Total("is_click").Rows.ShouldBeInRange(20, 80);
    }

    [DataFact("formats/aliexpress_train_sample.csv", "formats/aliexpress_test_sample.csv")]
    public void AliExpress_PublicExcerpt_IsReadInThatLayout()
    {
        using var data = new SampleFolder();
        File.ReadLines(Shared("aliexpress_train_sample.csv")).First().ShouldBe(AliExpress);

        var trained = Run.Train(data.Load(
            "aliexpress/prepared.yaml", $"sources[0].path={Shared("aliexpress_train_sample.csv")}", $"sources[1]={Shared("aliexpress_test_sample.csv")}"));

        trained.Report.Total("click").Rows.ShouldBe(13);
        trained.Report.Total("click").Positives.ShouldBe(3);
    }

    [DataFact("formats/ali_ccp_train_sample.csv", "formats/ali_ccp_val_sample.csv", "formats/ali_ccp_test_sample.csv")]
    public void AliCcp_PublicExcerpt_IsReadInThatLayout()
    {
        using var data = new SampleFolder();
        File.ReadLines(Shared("ali_ccp_train_sample.csv")).First().ShouldBe(AliCcp);

        var trained = Run.Train(data.Load(
            "ali-ccp/prepared.yaml",
            $"sources[0].path={Shared("ali_ccp_train_sample.csv")}",
            $"sources[1].path={Shared("ali_ccp_val_sample.csv")}",
            $"sources[2].path={Shared("ali_ccp_test_sample.csv")}"));

        trained.Report.Total("click").Rows.ShouldBe(50);
        trained.Report.Total("click").Positives.ShouldBe(2);
    }

    [DataFact("formats/kuairand_sample.csv")]
    public void KuaiRand_PublicExcerpt_IsReadInThatLayout()
    {
        using var data = new SampleFolder();
        File.ReadLines(Shared("kuairand_sample.csv")).First().ShouldBe(KuaiRand);

        var trained = Run.Train(data.Load("kuairand/prepared.yaml", $"sources={Shared("kuairand_sample.csv")}"));

        trained.Report.Total("is_click").Rows.ShouldBe(19);
        trained.Report.Total("is_click").Positives.ShouldBe(3);
    }

    static string Shared(string name) => Path.Combine(SharedData.Folder, "formats", name);

    static IEnumerable<string> AliExpressRows(int rows)
    {
        var draw = new Draw();
        for (var r = 0; r < rows; r++)
        {
            var click = draw.Chance(40);
            var bought = click && draw.Chance(50);
            yield return $"{r / 5},{Draw.Join(16, _ => $"{draw.Whole(0, 4)}")},{Draw.Join(63, _ => draw.Share())},{(click ? 1 : 0)},{(bought ? 1 : 0)}";
        }
    }

    static IEnumerable<string> AliCcpRows(int rows)
    {
        var draw = new Draw();
        for (var r = 0; r < rows; r++)
        {
            var click = draw.Chance(30);
            var bought = click && draw.Chance(50);
            yield return $"{(click ? 1 : 0)},{(bought ? 1 : 0)},{Draw.Join(18, _ => $"{draw.Whole(0, 9)}")},{draw.Whole(1, 3)},"
                + $"{Draw.Join(4, _ => $"{draw.Whole(0, 3)}")},{Draw.Join(8, _ => draw.Share())}";
        }
    }

    static IEnumerable<string> KuaiRandRows(int rows)
    {
        var draw = new Draw();
        for (var r = 0; r < rows; r++)
        {
            yield return $"{draw.Whole(0, 20)},{draw.Whole(0, 30)},{(draw.Chance(30) ? 1 : 0)},{draw.Whole(0, 9000)},{draw.Whole(5000, 60000)},0,0,{draw.Whole(0, 4)},"
                + $"{Draw.Join(30, _ => $"{draw.Whole(0, 5)}")},0,0.0,720.0,1280.0";
        }
    }
}
