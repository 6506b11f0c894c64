namespace Switchyard.Cli.Tests;

/// <summary>Every wrong input is one line with place and remedy, and leaves nothing behind.</summary>
public sealed class WrongInputTests
{
    public static TheoryData<string, string[]> Settings { get; } = new()
    {
        { "sources=none.csv", ["Source 'none.csv': there is no file", "relative to the configuration file"] },
        { "sources=none-*.csv", ["no file in", "matches none-*.csv"] },
        { "sources=.", ["is a folder"] },
        { "sources=[rows.csv, rows.csv]", ["'rows.csv' is listed twice"] },
        { "fields[0]=citi", ["rows.csv: no column 'citi' (field citi) — did you mean 'city'? It has:"] },
        { "tasks.click.label=clik", ["no column 'clik' (task click) — did you mean 'click'?"] },
        { "group=serch", ["no column 'serch' (group) — did you mean 'search'?"] },
        { "filter=cty == ams", ["no column 'cty' (filter)"] },
        { "filter=city == oslo", ["No row is left in the training part of 600 read"] },
        { "split.test=day >= 8", ["rows.csv, line 422 (row 421) meets the conditions of both validation and test"] },
        { "model={name: aesm2, experts: 2, specific: 3}", ["specific = 3", "of 2 experts", "raise experts"] },
        { "model={name: aesm}", ["unknown architecture 'aesm'; did you mean 'aesm2'?"] },
        { "training.learning_rat=1", ["unknown key 'learning_rat' in training; did you mean 'learning_rate'?"] },
        { "training.monitor=auc:clik", ["training.monitor: Unknown monitor 'auc:clik'", "auc:click"] },
        { "tasks.buy.given=clik", ["clik"] },
        { "output=rows.csv", ["cannot be saved", "choose another 'output'"] },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Train_WrongSetting_IsOneLine(string setting, string[] texts)
    {
        using var run = new CliRun();

        run.Train(setting).ShouldRefuse(texts);

        Directory.Exists(run.Bundle).ShouldBeFalse();
        run.Leftovers().ShouldBeEmpty();
    }

    public static TheoryData<string, string, string[]> Cells { get; } = new()
    {
        { "price", "abc", ["rows.csv, line 57 (row 56), column 'price': 'abc' is not a number"] },
        { "price", "inf", ["line 57 (row 56), column 'price': 'inf' is not a number"] },
        { "click", "2", ["rows.csv, line 57 (row 56), column 'click': label '2' is outside 0/1", "click > 0"] },
        { "rowweight", "-1", ["line 57 (row 56), column 'rowweight': weight '-1' is not a number of 0 or more"] },
        { "price", "1,2", ["rows.csv, line 57 (row 56): 15 values, but the header has 14 columns"] },
        { "item", "\"i1", ["rows.csv, line 57: a quoted field that is never closed"] },
        { "city", "", ["column 'city': 1 row of train with a missing value"] },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void Train_WrongValue_NamesRowAndColumn(string column, string value, string[] texts)
    {
        using var run = new CliRun();
        var lines = run.ReadLines("rows.csv");
        var at = CliRun.Header.Split(',').IndexOf(column);
        var values = lines[56].Split(',');
        values[at] = value;
        lines[56] = string.Join(',', values);
        run.Write("rows.csv", lines);
        run.Train().ShouldRefuse(texts);

        Directory.Exists(run.Bundle).ShouldBeFalse();
        run.Leftovers().ShouldBeEmpty();
    }

    public static TheoryData<string, byte[], string[]> Files { get; } = new()
    {
        { "empty.csv", [], ["empty.csv: the file is empty"] },
        { "header.csv", [.. System.Text.Encoding.UTF8.GetBytes(CliRun.Header), 10], ["The sources hold no rows, only headers"] },
        { "noise.csv", [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i * 31 + i * 7))], ["noise.csv"] },
        { "plain.csv.gz", [.. System.Text.Encoding.UTF8.GetBytes(CliRun.Header), 10], ["plain.csv.gz", "no gzip file"] },
        { "twice.csv", [.. "a,a,b\n1,2,3\n"u8], ["twice.csv: the header names column 'a' twice"] },
        { "latin.csv", [.. "city,caf"u8, 0xE9, 10, .. "1,2\n"u8], ["latin.csv, line 1: the header is not UTF-8 text"] },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Train_WrongFile_IsOneLine(string name, byte[] content, string[] texts)
    {
        using var run = new CliRun();
        File.WriteAllBytes(run.Place(name), content);

        run.Train($"sources={name}").ShouldRefuse(texts);

        run.Leftovers().ShouldBeEmpty();
    }

    [Fact]
    public void Train_GzipCutBetweenRows_IsRefused()
    {
        using var run = new CliRun();
        using (var memory = new MemoryStream())
        {
            using var zip = new System.IO.Compression.GZipStream(memory, System.IO.Compression.CompressionLevel.Fastest);
            zip.Write(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', run.ReadLines("rows.csv").Take(500)) + "\n"));
            zip.Flush();
            File.WriteAllBytes(run.Place("cut.csv.gz"), memory.ToArray());
        }

        run.Train("sources=cut.csv.gz").ShouldRefuse("cut.csv.gz", "the file is damaged");
    }

    [Fact]
    public void Train_NothingToMeasure_SavesTheModel()
    {
        using var run = new CliRun();

        var result = run.Train("split={train: day <= 7}").ShouldSucceed();

        result.Error.ShouldContain("180 of 600 rows are in no part");
        result.Error.ShouldContain("neither test nor validation rows");
        result.Output.TrimEnd().ShouldEndWith("model");
        run.Predict("rows.csv", "scores.csv").ShouldSucceed();
    }

    [Fact]
    public void Train_MonitorWithoutValue_Warns() =>
        new CliRun().Use(run => run.Train("evaluation.min_positives=100000").ShouldSucceed().Error.ShouldContain("had no value in any validation"));

    [Fact]
    public void Train_LossNotFinite_SaysStepAndRemedy() =>
        new CliRun().Use(run => run.Train("training.optimizer=sgd", "training.learning_rate=1000", "training.epochs=9", "training.patience=0")
            .ShouldRefuse("the loss or its gradient is not finite in step", "lower training.learning_rate"));

    [Theory]
    [InlineData("training.batch_size=100000")]
    [InlineData("scenario=[]")]
    [InlineData("filter=city == ams")]
    [InlineData("tasks={click: click, never: rating == 9}")]
    [InlineData("split={train: day <= 7, test: day > 7}")]
    [InlineData("split={train: day <= 7, validation: day > 7}")]
    [InlineData("training={epochs: 2, validate_every: 2, clip_norm: 0.5, normalise: observed, schedule: {warmup_steps: 3, decay: cosine, floor: 0.1}, monitor: 'logloss:like'}")]
    public void Train_UnusualButSound_EndsWithTheModel(string setting)
    {
        using var run = new CliRun();
        run.Write("ams.csv", run.ReadLines("rows.csv").Where((l, i) => i == 0 || l.Contains(",ams,", StringComparison.Ordinal)));

        var result = run.Train(setting).ShouldSucceed();

        result.Output.TrimEnd().Split('\n')[^1].ShouldStartWith("model: ");
        CliRun.Run("predict", run.Bundle, "-i", run.Place("ams.csv"), "-o", run.Place("scores.csv")).ShouldSucceed();
    }

    [Fact]
    public void Run_MisspelledCommand_SuggestsTheRightOne() => CliRun.Run("trian").Error.ShouldStartWith("error: Unrecognized command or argument 'trian'. Did you mean 'train'?");

    [Fact]
    public void Run_MisspelledOption_SuggestsTheRightOne() => CliRun.Run("train", "x.yaml", "--jsn").Error.ShouldContain("Did you mean '--json'?");

    [Fact]
    public void Train_JsonPathIsAFolder_IsRefusedBeforeTraining()
    {
        using var run = new CliRun();

        CliRun.Run("train", run.Configuration, "--json", run.Folder).ShouldRefuse("it is a folder");

        Directory.Exists(run.Bundle).ShouldBeFalse();
    }

    [Fact]
    public void Train_PlaceHoldsSomethingElse_IsRefusedBeforeTraining()
    {
        using var run = new CliRun();
        Directory.CreateDirectory(run.Bundle);
        run.Write("runs/demo/model/thesis.txt", ["mine"]);

        var result = run.Train();

        result.ShouldRefuse("is no model bundle", "choose another place");
        result.Error.ShouldNotContain("epoch");
        run.ReadLines("runs/demo/model/thesis.txt").ShouldBe(["mine"]);
    }
}
