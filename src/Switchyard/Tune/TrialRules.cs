using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>What trials of one tune run must have in common, so that their values can be compared.</summary>
sealed class TrialRules
{
    // What a trial may change: what is fitted and how, not which rows it is judged by. The monitor is looked at by itself.
    static readonly string[] MayDiffer = ["fields", "model", "training"];

    // What says nothing about any row.
    static readonly string[] Elsewhere = ["name", "output", "update"];

    readonly bool _halving;
    readonly Dictionary<string, string> _judged;

    public TrialRules(RunConfiguration run, bool halving)
    {
        (Base, _halving) = (run, halving);
        _judged = Judged(run);
    }

    /// <summary>The run to tune.</summary>
    public RunConfiguration Base { get; }

    /// <summary>
    /// The values that all trials have may change what is fitted, and not which rows it is judged by or how: otherwise a setting away from
    /// the run's own file the test rows would be its validation rows.
    /// </summary>
    /// <param name="written">The run as its file says it.</param>
    /// <param name="set">The same with the values.</param>
    /// <param name="settings">Keys of the values, and where they were written.</param>
    /// <exception cref="InputException">A value is not for all trials to have.</exception>
    public static void CheckSet(RunConfiguration written, RunConfiguration set, IReadOnlyList<(string Key, Place Place)> settings)
    {
        if (set.Training.Seed != written.Training.Seed) throw Error("training.seed", "every trial is trained with the same seeds; name them under 'seeds' of the tune file");
        if (set.Training.Monitor != written.Training.Monitor) throw Error("training.monitor", JudgedElsewhere());
        var (was, now) = (Judged(written), Judged(set));
        foreach (var key in now.Keys.Union(was.Keys).Except(Elsewhere))
        {
            if (was.GetValueOrDefault(key) != now.GetValueOrDefault(key)) throw Error(key, JudgedElsewhere());
        }

        string JudgedElsewhere() => $"it decides by what trials are judged, which is the run's own to say; edit the base file, {written.File}";

        InputException Error(string key, string why) => PlaceOf(key, settings).Error($"{key} cannot be set for trials: {why}.");
    }

    /// <exception cref="InputException">The trial changes what trials are compared by, or what the tune run itself decides.</exception>
    public void Check(TuneTrial trial)
    {
        var (now, was) = (trial.Configuration.Training, Base.Training);
        if (now.Seed != was.Seed) throw Error(trial, "training.seed", "a tune run trains every trial with the same seeds; name them under 'seeds'");
        if (now.Monitor != was.Monitor) throw Error(trial, "training.monitor", "trials are compared by it, so it is the same in all; change it in the base file");
        if (_halving && now.Epochs != was.Epochs) throw Error(trial, "training.epochs", "halving decides how many epochs a trial has; change the most there may be under 'set', or use method: random");
        foreach (var (key, value) in Judged(trial.Configuration))
        {
            if (_judged[key] != value) throw Error(trial, key, "trials are compared on the same rows in the same way, so it is the same in all; change it in the base file");
        }
    }

    /// <summary>Whatever decides which rows are validated, and how; text by key.</summary>
    static Dictionary<string, string> Judged(RunConfiguration run)
    {
        // A task's weight counts in training alone.
        var tasks = run.Data.Tasks.Select(t => t with { Weight = 1 }).ToImmutableArray();
        var written = RunConfigurationWriter.Write(run with { Data = run.Data with { Tasks = tasks } });
        return written.Entries.Where(e => !MayDiffer.Contains(e.Key.Text)).ToDictionary(e => e.Key.Text, e => YamlText.Value(e.Value), StringComparer.Ordinal);
    }

    static InputException Error(TuneTrial trial, string key, string why) =>
        PlaceOf(key, [.. trial.Settings.Select(s => (s.Key, s.Place))]).Error($"{key} cannot be tuned: {why}.");

    /// <summary>Where the key was written, or a part of its section.</summary>
    static Place PlaceOf(string key, IReadOnlyList<(string Key, Place Place)> settings)
    {
        var section = key.Split('.')[0];
        var ofSection = settings.Where(s => s.Key.Split('.', '[')[0].Trim() == section).ToArray();
        return ofSection.Concat(ofSection.Where(s => s.Key.Trim() == key)).LastOrDefault().Place;
    }
}
