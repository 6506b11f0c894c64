using System.Globalization;

namespace Switchyard.Robustness.Tests;

/// <summary>
/// Damaged inputs of every format: each ends in a result or in one clear line, soon, with little memory and nothing half written.
/// SWITCHYARD_FUZZ=100000 tries that many in all, SWITCHYARD_FUZZ_CASE=csv:17 a single one.
/// </summary>
public sealed class FuzzTests
{
    const int DefaultCases = 6000;
    const int MostFindings = 5;

    // A sound input of this size needs a tenth of it; a length believed from a damaged file would need far more.
    const long MostBytes = 96L << 20;

    // Long enough for a machine that does other things; a case takes some milliseconds.
    static readonly TimeSpan LongestCase = TimeSpan.FromMinutes(1);

    static readonly Dictionary<string, (int Share, Func<FuzzTarget> Create)> Targets = new(StringComparer.Ordinal)
    {
        ["csv"] = (15, () => new ImportTarget("rows.csv")),
        ["jsonl"] = (10, () => new ImportTarget("rows.jsonl")),
        ["sqlite"] = (5, () => new ImportTarget("rows.db")),
        ["gz"] = (5, () => new ImportTarget("rows.csv.gz")),
        ["validate"] = (5, () => new ValidateTarget()),
        ["init"] = (5, () => new InitTarget()),
        ["predict"] = (5, () => new PredictTarget()),
        ["yaml"] = (15, () => new ConfigurationTarget()),
        ["columns"] = (20, () => new ColumnFileTarget()),
        ["bundle"] = (12, () => new BundleTarget()),
        ["checkpoint"] = (5, () => new CheckpointTarget()),
        ["schema"] = (3, () => new SchemaTarget()),
    };

    public static TheoryData<string> Names() => [.. Targets.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Input_Damaged_EndsInAResultOrOneClearLine(string name)
    {
        var (first, cases) = Cases(name);
        var run = new FuzzRun(name, Targets[name].Create, first, cases);
        var work = Task.Factory.StartNew(run.Loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (var seen = -1; !work.IsCompleted;)
        {
            await Task.WhenAny(work, Task.Delay(LongestCase));
            if (!work.IsCompleted && seen == run.Current) Assert.Fail($"{name}:{seen} does not end");
            seen = run.Current;
        }

        await work;
        run.Findings.ShouldBeEmpty();
        (run.Results + run.Refusals).ShouldBe(cases);
        if (cases < 100) return;

        // Otherwise the damage is none.
        run.Refusals.ShouldBeGreaterThan(cases / 20);
    }

    static (int First, int Cases) Cases(string name)
    {
        if (Environment.GetEnvironmentVariable("SWITCHYARD_FUZZ_CASE") is { Length: > 0 } only)
            return only.Split(':') is [var target, var number] && target == name ? (Parse(number), 1) : (0, 0);
        var all = Environment.GetEnvironmentVariable("SWITCHYARD_FUZZ") is { Length: > 0 } set ? Parse(set) : DefaultCases;
        return (0, (int)((long)all * Targets[name].Share / Targets.Values.Sum(t => t.Share)));
    }

    static int Parse(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    sealed class FuzzRun(string name, Func<FuzzTarget> create, int first, int cases)
    {
        int _current;

        public int Current => Volatile.Read(ref _current);

        public int Results { get; private set; }

        public int Refusals { get; private set; }

        public List<string> Findings { get; } = [];

        public void Loop()
        {
            using var target = create();
            for (var i = first; i < first + cases && Findings.Count < MostFindings; i++)
            {
                Volatile.Write(ref _current, i);
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    var mutator = new Mutator(i, target.Words);
                    if (target.Try(mutator)) Results++;
                    else if (mutator.IsSound) throw new FindingException("the sound input is refused");
                    else Refusals++;
                }
#pragma warning disable CA1031 // Any exception is a finding.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    Findings.Add($"{name}:{i}: {e}");
                }

                var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
                if (bytes > MostBytes) Findings.Add($"{name}:{i}: {bytes:N0} bytes allocated");
            }
        }
    }
}
