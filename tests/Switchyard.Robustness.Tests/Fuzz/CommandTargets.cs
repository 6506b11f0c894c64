using System.Text;

namespace Switchyard.Robustness.Tests;

/// <summary>A command over a damaged file, whole: what is read, what is said, what is left.</summary>
abstract class CommandTarget : FuzzTarget
{
    readonly string _file;
    readonly byte[] _sound;

    protected CommandTarget(string file)
    {
        _file = file;
        if (file.EndsWith(".db", StringComparison.Ordinal))
        {
            _sound = Samples.Database(Scratch.Place(file), 60);
            Configure($"{{path: {file}, query: select * from log order by id}}");
            return;
        }

        var text = file.EndsWith(".jsonl", StringComparison.Ordinal) ? Samples.JsonLines(60) : Samples.Rows(60);
        _sound = file.EndsWith(".gz", StringComparison.Ordinal) ? Samples.Compressed(text) : Encoding.UTF8.GetBytes(text);
        Configure(file);
    }

    public override IReadOnlyList<string> Words => ["city", "ams", "i3|i3", "|||", "day", "click", "1.5", "-0", "1,5", "0x1F", "12", "8", "1e-320", "inf", "{\"city\":", "[[[[[[[[", "\\ud800", "null", "[1,2]"];

    public override bool Try(Mutator mutator)
    {
        File.WriteAllBytes(Scratch.Place(_file), mutator.Mutate(_sound));
        var before = Scratch.Files();
        var refusal = Execute();
        var left = Scratch.Files().Except(before).ToArray();
        if (left.Except(refusal.Length == 0 ? left.Where(IsResult) : []).ToArray() is { Length: > 0 } rest) throw new FindingException($"left behind: {string.Join(", ", rest)}");
        foreach (var file in left) File.Delete(Scratch.Place(file));
        return refusal.Length == 0;
    }

    void Configure(string sources) =>
        Scratch.Write("run.yaml", Samples.Configuration.Replace("sources: rows.csv", $"sources: {sources}", StringComparison.Ordinal));

    /// <summary>Runs the command; returns the line of its refusal, empty where there is none.</summary>
    protected abstract string Execute();

    protected abstract bool IsResult(string file);
}

sealed class ImportTarget(string file) : CommandTarget(file)
{
    protected override string Execute() => Command.Run("import", Scratch.Place("run.yaml")).Refusal();

    protected override bool IsResult(string file) => file.EndsWith(".columns", StringComparison.Ordinal);
}

sealed class ValidateTarget() : CommandTarget("rows.csv")
{
    protected override string Execute() => Command.Run("validate", Scratch.Place("run.yaml"), "--json", Scratch.Place("report.json")).Refusal(highestResult: 1);

    protected override bool IsResult(string file) => file == "report.json";
}

sealed class InitTarget() : CommandTarget("log.csv")
{
    protected override string Execute() => Command.Run("init", Scratch.Place("log.csv"), "--output", Scratch.Place("new.yaml")).Refusal();

    protected override bool IsResult(string file) => file == "new.yaml";
}

/// <summary>Scoring of damaged rows with a sound bundle.</summary>
sealed class PredictTarget : CommandTarget
{
    public PredictTarget()
        : base("new.csv")
    {
        Scratch.Write("rows.csv", Samples.Rows(60));
        Scratch.Write("train.yaml", Samples.Configuration);
        Command.Run("train", Scratch.Place("train.yaml"), "--set", "training.keep_checkpoints_at_end=false").Refusal().ShouldBeEmpty();
    }

    protected override string Execute() =>
        Command.Run("predict", Scratch.Place("runs/demo/model"), "--input", Scratch.Place("new.csv"), "--output", Scratch.Place("scores.csv"), "--keep", "*").Refusal();

    protected override bool IsResult(string file) => file == "scores.csv";
}
