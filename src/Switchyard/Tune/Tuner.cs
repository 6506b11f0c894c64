using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Data;
using Switchyard.Kernels;

namespace Switchyard;

/// <summary>Trains the trials of a search, one seed after the other; what is finished already is taken from its file.</summary>
sealed class Tuner
{
    readonly TuneOptions _options;
    readonly ImmutableArray<TuneTrial> _trials;
    readonly TuneRows _rows;
    readonly TrialStore _store;
    readonly WorkerPool _pool;
    readonly TuneProgress _progress;
    readonly Action<IReadOnlyList<TrialScore>> _scored;
    readonly CancellationToken _cancellation;
    readonly List<TrialScore> _scores = [];
    readonly string _monitor;

    /// <param name="options">The search.</param>
    /// <param name="trials">Its trials.</param>
    /// <param name="rows">Their rows.</param>
    /// <param name="store">Results so far.</param>
    /// <param name="pool">Workers.</param>
    /// <param name="reporter">Hears progress.</param>
    /// <param name="scored">Called after every trial with all scores so far, of every rung.</param>
    /// <param name="cancellation">Ends the search between two steps.</param>
    public Tuner(
        TuneOptions options,
        ImmutableArray<TuneTrial> trials,
        TuneRows rows,
        TrialStore store,
        WorkerPool pool,
        IRunReporter reporter,
        Action<IReadOnlyList<TrialScore>> scored,
        CancellationToken cancellation)
    {
        (_options, _trials, _rows, _store, _pool, _scored, _cancellation) = (options, trials, rows, store, pool, scored, cancellation);
        _monitor = trials[0].Configuration.Training.Monitor;
        _progress = new TuneProgress(reporter, options.Seeds.Length * Plan().Sum(rung => (long)rung.Trials * rung.Epochs));
    }

    /// <summary>Trains whatever has no result yet.</summary>
    public void Run()
    {
        if (_options.Method == TuneMethod.Halving)
        {
            Halve();
        }
        else
        {
            foreach (var trial in _trials) Score(trial, 0, 0, trial.Configuration.Training.Epochs);
        }
    }

    /// <summary>Epochs after which trials are compared, the last one all that are planned.</summary>
    public static ImmutableArray<int> Rungs(TuneOptions options, int epochs)
    {
        if (!options.Rungs.IsEmpty) return [.. options.Rungs.Where(r => r < epochs), epochs];
        var rungs = ImmutableArray.CreateBuilder<int>();
        for (long rung = options.MinEpochs; rung < epochs; rung *= options.Eta) rungs.Add((int)rung);
        rungs.Add(epochs);
        return rungs.ToImmutable();
    }

    /// <summary>How many of the trials of a rung go on to the next.</summary>
    public static int Kept(TuneOptions options, int trials) => Math.Max(1, trials / options.Eta);

    /// <summary>Trainings with the epochs they add, rung by rung.</summary>
    IEnumerable<(int Trials, int Epochs)> Plan()
    {
        if (_options.Method != TuneMethod.Halving)
        {
            foreach (var trial in _trials) yield return (1, trial.Configuration.Training.Epochs);
            yield break;
        }

        var (trials, before) = (_trials.Length, 0);
        foreach (var rung in Rungs(_options, _trials[0].Configuration.Training.Epochs))
        {
            yield return (trials, rung - before);
            (trials, before) = (Kept(_options, trials), rung);
        }
    }

    void Halve()
    {
        var (alive, before) = (_trials, 0);
        var rungs = Rungs(_options, _trials[0].Configuration.Training.Epochs);
        for (var rung = 0; rung < rungs.Length; rung++)
        {
            _progress.Message(string.Create(CultureInfo.InvariantCulture, $"rung {rung + 1} of {rungs.Length}, until epoch {rungs[rung]}: {alive.Length} of {CountText.Of(_trials.Length, "trial")}"));
            foreach (var trial in alive) Score(trial, rung, before, rungs[rung]);
            var ranked = TrialScore.Ranked(_scores.Where(s => s.Rung == rung), _monitor);
            var kept = rung == rungs.Length - 1 ? 0 : Kept(_options, alive.Length);
            foreach (var dropped in ranked.Skip(kept).SelectMany(s => _options.Seeds.Select(s.Trial.WithSeed)))
                _store.RemoveCheckpoints(dropped, _rows.Of(dropped).Digest);
            (alive, before) = ([.. ranked.Take(kept).Select(s => s.Trial).OrderBy(t => t.Number)], rungs[rung]);
        }
    }

    /// <summary>Trains a trial until so many epochs are over, with every seed.</summary>
    void Score(TuneTrial trial, int rung, int before, int epochs)
    {
        var results = _options.Seeds.Select(seed => Train(trial, seed, before, epochs)).ToImmutableArray();
        _scores.Add(new TrialScore(trial, rung, epochs, results));
        _scored(_scores);
    }

    TrialOutcome Train(TuneTrial trial, ulong seed, int before, int epochs)
    {
        var configuration = trial.WithSeed(seed);
        var (rows, digest) = _rows.Of(configuration);
        var key = TrialStore.KeyOf(configuration, digest, epochs);
        if (_store.Find(key) is { } known)
        {
            _progress.Skip(epochs - before);
            return known;
        }

        _cancellation.ThrowIfCancellationRequested();
        _progress.Begin();
        var result = Fit(configuration, rows, digest, key, epochs);
        _store.Add(result);
        if (epochs == configuration.Training.Epochs) _store.RemoveCheckpoints(configuration, digest);
        var came = result.Failure ?? string.Create(
            CultureInfo.InvariantCulture,
            $"{_monitor} {(result.Value is { } value ? value.ToString("0.0000", CultureInfo.InvariantCulture) : "undefined")} at epoch {result.BestEpoch} of {result.Epochs}, {result.RowsPerSecond:N0} rows/s");
        _progress.End($"{trial.Label} of {_trials.Length}, seed {seed}: {came}", epochs - before);
        return result;
    }

    TrialOutcome Fit(RunConfiguration configuration, FittingRows rows, string digest, string key, int epochs)
    {
        using var checkpoints = _store.OpenCheckpoints(configuration, digest);
        try
        {
            var fitted = Train();
            if (fitted.Training.Epochs > epochs)
            {
                // Somebody removed the result of a training that has gone on since.
                checkpoints.Clear();
                fitted = Train();
            }

            var training = fitted.Training;
            return new TrialOutcome(
                key, training.BestValue, null, fitted.Ranker.Parameters.TrainedValues, training.Epochs, training.Steps, training.BestEpoch, training.BestStep, training.StoppedEarly, training.RowsPerSecond);
        }
        catch (InputException e) when (e.InnerException is NotFiniteNumberException)
        {
            // One that diverges is a trial like any other: the worst.
            return new TrialOutcome(key, null, "diverged", 0, 0, 0, 0, 0, false, 0);
        }

        FittedModel Train() => Fitting.Train(configuration, rows, _pool, checkpoints, epochs, _progress, record: null, _cancellation);
    }
}
