using Switchyard.Data;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Testing;
using Switchyard.Training;

namespace Switchyard.Robustness.Tests;

/// <summary>A damaged checkpoint that a run is to go on from: it goes on, or starts anew with a warning, or is refused.</summary>
sealed class CheckpointTarget : FuzzTarget
{
    static readonly Schema Schema = TinyData.Schema([2], [-1]);
    static readonly TrainingOptions Options = new() { Epochs = 2, BatchSize = 32, Patience = 0, CheckpointEvery = 3, KeepCheckpoints = 1, Threads = 1 };
    static readonly Dictionary<string, string> Identity = new(StringComparer.Ordinal) { ["seed"] = "1" };

    readonly Batch _rows = TinyData.Rows(Schema, 160, 3);
    readonly WorkerPool _pool = new(1);
    readonly string _state;
    readonly string _arrays;
    readonly byte[] _soundState;
    readonly byte[] _soundArrays;

    public CheckpointTarget()
    {
        using (var store = Store([])) Fit(new Trainer(NewRanker(), Options, _pool) { Checkpoints = store });
        _state = Directory.GetFiles(Scratch.Folder, "state.json", SearchOption.AllDirectories).Single();
        _arrays = Directory.GetFiles(Scratch.Folder, "state.safetensors", SearchOption.AllDirectories).Single();
        (_soundState, _soundArrays) = (File.ReadAllBytes(_state), File.ReadAllBytes(_arrays));
    }

    public override IReadOnlyList<string> Words => ["null", "-1", "9223372036854775807", "2147483648", "\"StepInEpoch\":", "true", "[]", "{\"a\":", "F64", "I32", "1e400", "[[[[[["];

    public override bool Try(Mutator mutator)
    {
        var (state, arrays) = Damaged(mutator);
        Directory.CreateDirectory(Path.GetDirectoryName(_state)!);
        File.WriteAllBytes(_state, state);
        File.WriteAllBytes(_arrays, arrays);
        var warnings = new List<string>();
        using var store = Store(warnings);
        var trainer = new Trainer(NewRanker(), Options, _pool) { Checkpoints = store };
        try
        {
            var step = trainer.Resume();
            if (step == 0 && warnings.Count == 0) throw new FindingException("the damage is not named");
            if (warnings.Any(w => w.Contains('\n', StringComparison.Ordinal))) throw new FindingException($"no single line: {warnings[0]}");
            Fit(trainer);
            return step > 0;
        }
        catch (InputException)
        {
            return false;
        }
    }

    // The checksums are left as they are: a checkpoint does not come from strangers.
    (byte[] State, byte[] Arrays) Damaged(Mutator mutator) =>
        mutator.Below(2) == 0 ? (mutator.Mutate(_soundState), _soundArrays) : (_soundState, mutator.Mutate(_soundArrays));

    static Ranker NewRanker() => new(Schema, new MmoeOptions { Experts = 2, Expert = new ExpertOptions { Widths = [4] }, TowerWidths = [4] }, 1);

    CheckpointStore Store(List<string> warnings) => new(Scratch.Place("checkpoints"), Identity, Options.KeepCheckpoints, warnings.Add);

    void Fit(Trainer trainer) => trainer.Fit(new RowsSource(_rows), () => new Validation(0.5, true), SilentReporter.Instance);
}
