using System.Collections.Immutable;
using System.Text;
using Switchyard.Data;

namespace Switchyard.Samples.Tests;

/// <summary>The files as their owners publish them, through the samples' preparing scripts.</summary>
public sealed class PublishedFormTests
{
    static readonly string[] UserFields = ["101", "121", "122", "124", "125", "126", "127", "128", "129"];

    static readonly string[] ItemFields = ["205", "206", "207", "216", "508", "509", "702", "853"];

    [ScriptFact("sh")]
    public void AliExpress_TwoFilesPerCountry_AreJoinedAndCountriesAreScenarios()
    {
        using var data = new SampleFolder();
        var draw = new Draw();
        foreach (var (country, part) in (IEnumerable<(string, string)>)[("nl", "train"), ("nl", "test"), ("es", "train"), ("es", "test")])
        {
            // Searches are numbered from 0 in every file.
            data.Write($"aliexpress/{country}_user_{part}.csv", Enumerable.Range(0, 40).Select(
                s => $"{s},{Draw.Join(7, _ => $"{draw.Whole(0, 3)}")},{Draw.Join(23, _ => draw.Share())},{country}-{part},1"));
            data.Write($"aliexpress/{country}_item_{part}.csv", Enumerable.Range(0, 200).Select(
                r => $"{r / 5},{Draw.Join(47, i => i is 17 or 32 or 33 or 34 or 38 or 39 or 40 ? $"{draw.Whole(0, 9)}" : draw.Share())},{draw.Whole(0, 2)}"));
        }

        data.Command("", "sh", Path.Combine(SampleFolder.Samples, "aliexpress", "prepare.sh"), data.Place("aliexpress"), "nl", "es");
        var trained = Run.Train(data.Load("aliexpress/switchyard.yaml"));

        var schema = trained.Ranker.Schema;
        schema.Levels.ShouldHaveSingleItem().Nodes.ShouldBe(["nl", "es"]);
        // A row's search is that of its own country and part: no test user was met in training.
        Vocabulary(schema, "categorical_8").ShouldBe(["nl-train", "es-train"], ignoreOrder: true);
        schema.Fields.Count(f => f.Kind == FieldKind.Number).ShouldBe(63);
        var labels = new[] { "nl", "es" }.SelectMany(c => File.ReadLines(data.Place($"aliexpress/{c}_item_test.csv"))).Select(l => l[^1]).ToArray();
        trained.Report.Total("click").Rows.ShouldBeInRange(100, 300);
        trained.Report.Total("click").Positives.ShouldBeLessThan(labels.Count(l => l != '0'));
        trained.Report.Total("conversion").Positives.ShouldBeLessThan(trained.Report.Total("click").Positives);
    }

    [ScriptFact("awk")]
    public void AliCcp_PackedFeatures_AreUnpackedAndJoined()
    {
        using var data = new SampleFolder();
        var draw = new Draw();
        foreach (var part in (string[])["train", "test"])
        {
            data.Write($"ali-ccp/common_features_{part}.csv", Enumerable.Range(0, 40).Select(u => $"hash{u},13,"
                + Packed([.. UserFields.Select(f => (f, f == "101" ? u : draw.Whole(1, 3))), ("109_14", 7), ("109_14", 8), ("150_14", 3)])));
            data.Write($"ali-ccp/sample_skeleton_{part}.csv", Enumerable.Range(0, 300).Select(i => $"{i},{(i % 3 == 0 ? 1 : 0)},{(i % 6 == 0 ? 1 : 0)},hash{i % 40},11,"
                + Packed([.. ItemFields.Select(f => (f, draw.Whole(1, 9))), ("210", 3), ("210", 4), ("301", 1 + (i % 3))])));
            Unpack("impressions", $"sample_skeleton_{part}.csv", part);
            Unpack("users", $"common_features_{part}.csv", part);
        }

        var trained = Run.Train(data.Load("ali-ccp/switchyard.yaml"));

        File.ReadLines(data.Place("ali-ccp/users_train.csv")).ElementAt(1).ShouldEndWith(",7|8,,,3");
        trained.Ranker.Schema.Levels.ShouldHaveSingleItem().Nodes.ShouldBe(["1", "2", "3"], ignoreOrder: true);
        Vocabulary(trained.Ranker.Schema, "210").ShouldBe(["3", "4"]);
        trained.Report.Total("click").ShouldSatisfyAllConditions(c => c.Rows.ShouldBe(300), c => c.Positives.ShouldBe(100));
        trained.Report.Total("purchase").Positives.ShouldBe(50);

        void Unpack(string kind, string file, string part) => data.Write(
            $"ali-ccp/{kind}_{part}.csv",
            data.Command("ali-ccp", "awk", "-v", $"part={part}", "-v", $"kind={kind}", "-f", Path.Combine(SampleFolder.Samples, "ali-ccp", "unpack.awk"), file)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries));

        static string Packed((string Field, int Id)[] features) => string.Join('\u0001', features.Select(f => $"{f.Field}\u0002{f.Id}\u00031.0"));
    }

    [ScriptFact("sh")]
    public void KuaiRand_LogUsersAndVideos_AreJoined()
    {
        using var data = new SampleFolder();
        var draw = new Draw();
        const string Log = "user_id,video_id,date,hourmin,time_ms,is_click,is_like,is_follow,is_comment,is_forward,is_hate,long_view,play_time_ms,duration_ms,"
            + "profile_stay_time,comment_stay_time,is_profile_enter,is_rand,tab";
        data.Write("kuairand/log_standard_4_08_to_4_21_pure.csv", Rows(20220408, 14).Prepend(Log));
        data.Write("kuairand/log_standard_4_22_to_5_08_pure.csv", Rows(20220422, 9).Concat(Rows(20220501, 8)).Prepend(Log));
        data.Write("kuairand/user_features_pure.csv", Enumerable.Range(0, 20)
            .Select(u => $"{u},full_active,0,0,1,5,\"(0,10]\",20,\"[10,100)\",0,0,1000,730+,{Draw.Join(18, _ => $"{draw.Whole(0, 3)}")}")
            .Prepend("user_id,user_active_degree,is_lowactive_period,is_live_streamer,is_video_author,follow_user_num,follow_user_num_range,fans_user_num,"
                + $"fans_user_num_range,friend_user_num,friend_user_num_range,register_days,register_days_range,{Draw.Join(18, i => $"onehot_feat{i}")}"));
        // Video 9 is shown, but has no features.
        data.Write("kuairand/video_features_basic_pure.csv", Enumerable.Range(0, 9)
            .Select(v => $"{v},{v % 3},NORMAL,2022-01-0{v + 1},ShortImport,1,17200.0,720,1280,{v % 4},9.0,{(v % 2 == 0 ? "8" : "\"12,65\"")}")
            .Prepend("video_id,author_id,video_type,upload_dt,upload_type,visible_status,video_duration,server_width,server_height,music_id,music_type,tag"));

        data.Command("", "sh", Path.Combine(SampleFolder.Samples, "kuairand", "prepare.sh"), data.Place("kuairand"));
        var trained = Run.Train(data.Load("kuairand/switchyard.yaml"));

        Vocabulary(trained.Ranker.Schema, "tag").ShouldBe(["8", "12", "65"], ignoreOrder: true);
        Vocabulary(trained.Ranker.Schema, "fans_user_num_range").ShouldBe(["[10,100)"]);
        trained.Report.Totals.Select(c => c.Task).ShouldBe(["is_click", "long_view", "is_like"]);
        trained.Report.Total("is_click").Rows.ShouldBe(5 * 20);

        IEnumerable<string> Rows(int first, int days) => Enumerable.Range(first, days).SelectMany(day => Enumerable.Range(0, 20).Select(user =>
            $"{user},{draw.Whole(0, 9)},{day},{draw.Whole(0, 23) * 100},1649400000000,{draw.Whole(0, 1)},{draw.Whole(0, 1)},0,0,0,0,{draw.Whole(0, 1)},900,"
            + $"{draw.Whole(5000, 60000)},0,0,0,0,{draw.Whole(0, 4)}"));
    }

    [ScriptFact("sh")]
    public void MovieLens_DoubleColons_AreReadAndGenresAdded()
    {
        using var data = new SampleFolder();
        var draw = new Draw();
        string[] genres = ["Drama", "Comedy|Drama", "Children's|Animation|Comedy"];
        data.Write("movielens-1m/movies.dat", Enumerable.Range(1, 20).Select(m => $"{m}::Été: Part {m}, The (1995)::{genres[m % 3]}"), Encoding.Latin1);
        data.Write("movielens-1m/users.dat", Enumerable.Range(1, 30).Select(u => $"{u}::{(u % 2 == 0 ? "F" : "M")}::{(u % 3 == 0 ? 1 : 25)}::{u % 21}::{10000 + u}"));
        int[] times = [974000000, 976000000, 979000000];
        data.Write("movielens-1m/ratings.dat", Enumerable.Range(0, 600).Select(r => $"{1 + (r / 20)}::{1 + (r % 20)}::{draw.Whole(1, 5)}::{times[r % 3]}"));

        data.Command("", "sh", Path.Combine(SampleFolder.Samples, "movielens-1m", "prepare.sh"), data.Place("movielens-1m"));
        var trained = Run.Train(data.Load("movielens-1m/switchyard.yaml"));

        Vocabulary(trained.Ranker.Schema, "genres").ShouldBe(["Drama", "Comedy", "Children's", "Animation"], ignoreOrder: true);
        trained.Ranker.Schema.Levels.ShouldHaveSingleItem().Nodes.ShouldBe(["25", "1"]);
        var test = File.ReadLines(data.Place("movielens-1m/ratings.dat")).Where(l => l.EndsWith("979000000", StringComparison.Ordinal)).Select(l => l.Split("::")[2]).ToArray();
        trained.Report.Total("like").ShouldSatisfyAllConditions(c => c.Rows.ShouldBe(test.Length), c => c.Positives.ShouldBe(test.Count(s => s is "4" or "5")));
        trained.Report.Total("love").Positives.ShouldBe(test.Count(s => s == "5"));
    }

    [ScriptFact("jq")]
    public void RentTheRunway_JsonLines_BecomeTheExpectedColumns()
    {
        using var data = new SampleFolder();
        data.Write(
            "published.json",
            [
                """{"fit": "fit", "user_id": "420272", "bust size": "34d+", "item_id": "2260466", "weight": "137lbs", "rating": "10", "rented for": "vacation", "review_text": "Lovely, \"very\"!", "body type": "hourglass", "category": "romper", "height": "5' 8\"", "size": 14, "age": "28", "review_date": "April 20, 2016"}""",
                """{"fit": "small", "user_id": "1", "bust size": "34ddd/e", "item_id": "2", "rating": null, "rented for": "other", "category": "gown", "size": 12, "review_date": "June 8, 2013"}""",
            ]);

        var lines = data.Command("", "jq", "-rn", "-f", Path.Combine(SampleFolder.Samples, "rent-the-runway", "prepare.jq"), data.Place("published.json")).Replace("\"", "", StringComparison.Ordinal);

        lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(
        [
            "fit,user_id,item_id,weight_lbs,rating,rented_for,body_type,category,size,age,review_date,bust_size_num,bust_size_letter,height_in,review_month",
            "fit,420272,2260466,137,10,vacation,hourglass,romper,14,28,2016-04-20,34,d+,68,4",
            "small,1,2,,,other,,gown,12,,2013-06-08,34,ddd/e,,6",
        ]);
    }

    /// <summary>Values of a field with ids of their own, in order.</summary>
    static ImmutableArray<string> Vocabulary(Schema schema, string field) => schema.Fields.Single(f => f.Name == field).Encoder switch
    {
        ListEncoder { Values: VocabularyEncoder items } => items.Values,
        VocabularyEncoder single => single.Values,
        var other => throw new InvalidOperationException($"{field} has no vocabulary: {other}"),
    };
}
