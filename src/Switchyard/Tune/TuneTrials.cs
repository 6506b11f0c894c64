using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Draws the trials of a search and checks every one with the rules of the run before anything is trained.</summary>
sealed class TuneTrials
{
    // Few values have few combinations: so many draws in a row without a new one are taken to be all.
    const int MostRepeats = 1000;

    const int MostCombinations = 100_000;

    readonly TuneConfiguration _tune;
    readonly TuneOptions _options;
    readonly TrialRules _rules;
    readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    readonly ImmutableArray<TuneTrial>.Builder _trials = ImmutableArray.CreateBuilder<TuneTrial>();
    readonly IRunReporter _reporter;
    InputException? _refused;
    int _skipped;

    TuneTrials(TuneConfiguration tune, IRunReporter reporter)
    {
        (_tune, _options, _reporter) = (tune, tune.Options, reporter);
        _rules = new TrialRules(tune.Document.Read(), _options.Method == TuneMethod.Halving);
    }

    /// <summary>The configurations of start, then the draws or combinations; every one once.</summary>
    /// <exception cref="InputException">A configuration is not valid, or cannot be compared with the others.</exception>
    public static ImmutableArray<TuneTrial> Of(TuneConfiguration tune, IRunReporter reporter) => new TuneTrials(tune, reporter).All();

    ImmutableArray<TuneTrial> All()
    {
        foreach (var start in _options.Start) Add(start.Name, start.Items, mayBeLeftOut: false);
        if (_options.Method == TuneMethod.Grid) AddGrid();
        else if (!_options.Ranges.Items.IsEmpty) AddDraws();
        if (_skipped > 0) _reporter.Message($"{_skipped} drawn configurations are left out: the rules of the run refuse them (skip_invalid)");
        if (_trials.Count == 0) throw _refused ?? new InputException($"{_tune.File}: there is nothing to try: trials is 0 and start is empty; raise trials.");
        return _trials.ToImmutable();
    }

    void AddDraws()
    {
        var (drawn, repeats) = (0, 0);
        for (var number = 1; drawn < _options.Trials && repeats < MostRepeats; number++)
        {
            if (Add(null, [.. _options.Ranges.Items.Select(r => r.Draw(_options.Seed, number))], _options.SkipInvalid)) (drawn, repeats) = (drawn + 1, 0);
            else repeats++;
        }

        if (drawn < _options.Trials) _reporter.Message($"{_options.Trials} configurations were to be drawn; {drawn} different ones were found in {MostRepeats} more draws, and those are tried");
    }

    void AddGrid()
    {
        var ranges = _options.Ranges.Items;
        var count = ranges.Aggregate(1.0, (product, r) => product * r.Grid.Length);
        if (ranges.IsEmpty) return;
        if (count > MostCombinations)
            throw ranges[0].Place.Error($"ranges: the grid has {count:N0} combinations; give fewer values, or use method: random.");
        for (var number = 0; number < (int)count; number++)
        {
            var rest = number;
            var settings = new TuneSetting[ranges.Length];
            for (var i = ranges.Length - 1; i >= 0; i--)
            {
                var range = ranges[i];
                settings[i] = new TuneSetting(range.Key, range.Grid[rest % range.Grid.Length], range.Place);
                rest /= range.Grid.Length;
            }

            Add(null, [.. settings], _options.SkipInvalid);
        }
    }

    /// <summary>False where the same is there already, or where it is not valid and may be left out.</summary>
    bool Add(string? name, ImmutableArray<TuneSetting> settings, bool mayBeLeftOut)
    {
        TuneTrial trial;
        try
        {
            trial = new TuneTrial(_trials.Count + 1, name, settings, Read(settings));
        }
        catch (InputException e)
        {
            var all = string.Join(", ", settings.Select(s => $"{s.Key} = {s.Text}"));
            var hint = name is null ? "; give other values, or set skip_invalid: true where only some combinations are wrong" : "";
            _refused ??= new InputException($"{e.Message.TrimEnd('.')} (in a configuration with {all}{hint}).", e);
            if (!mayBeLeftOut) throw _refused;
            _skipped++;
            return false;
        }

        _rules.Check(trial);
        if (!_seen.Add(RunIdentity.Digest(RunIdentity.Of(trial.Configuration)))) return false;
        _trials.Add(trial);
        return true;
    }

    /// <summary>A whole section comes before the keys in it, wherever it was written.</summary>
    RunConfiguration Read(ImmutableArray<TuneSetting> settings) =>
        settings.OrderBy(s => s.Key.Count(c => c is '.' or '[')).Aggregate(_tune.Document, (d, s) => d.With(s.Key, s.Value, s.Place)).Read();
}
