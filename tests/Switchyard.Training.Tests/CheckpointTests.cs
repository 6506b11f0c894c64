namespace Switchyard.Training.Tests;

/// <summary>A run that is stopped and resumed ends with the bits of one that was not.</summary>
public sealed class CheckpointTests
{
    public static TheoryData<EmbeddingUpdate, OptimizerKind, int, int, bool> Runs()
    {
        var data = new TheoryData<EmbeddingUpdate, OptimizerKind, int, int, bool>();
        foreach (var update in Enum.GetValues<EmbeddingUpdate>())
        {
            data.Add(update, OptimizerKind.Adam, 0, 0, false);
            data.Add(update, OptimizerKind.Adam, 3, 1, false);
            data.Add(update, OptimizerKind.Adam, 5, 3, true);
            data.Add(update, OptimizerKind.Adam, 0, 0, true);
            data.Add(update, OptimizerKind.Adagrad, 2, 2, true);
            data.Add(update, OptimizerKind.Sgd, 1, 5, true);
        }

        return data;
    }

    /// <param name="crash">Nothing is saved at the stop: the checkpoints before it have to do.</param>
    [Theory]
    [MemberData(nameof(Runs))]
    public void Resume_StoppedAfterAnyStep_SameBitsAsWithoutStop(EmbeddingUpdate update, OptimizerKind kind, int validateEvery, int checkpointEvery, bool crash)
    {
        var options = new TrainingOptions
        {
            Epochs = 6,
            Patience = 3,
            BatchSize = 25,
            WeightDecay = 0.01,
            ClipNorm = 1,
            Embeddings = update,
            Optimizer = kind,
            ValidateEvery = validateEvery,
            CheckpointEvery = checkpointEvery,
            Schedule = new RateSchedule { WarmupSteps = 3, Decay = RateDecay.Cosine },
        };
        using var run = new CheckpointRun { Options = options };
        var whole = run.Uninterrupted();
        whole.Result.StoppedEarly.ShouldBeTrue();
        whole.Result.BestStep.ShouldBeLessThan(whole.Result.Steps);
        for (var step = 1L; step <= whole.Result.Steps; step++)
        {
            run.Clear();
            if (!run.StopAfter(step, crash)) step.ShouldBe(whole.Result.Steps);
            var resumed = run.Resume();
            resumed.Result.ShouldBe(whole.Result, $"step {step}");
            resumed.Weights.AsSpan().SequenceEqual(whole.Weights).ShouldBeTrue($"step {step}");
            resumed.Losses.ShouldAllBe(l => whole.Losses[l.Key] == l.Value);
            resumed.Means.ShouldAllBe(m => whole.Means[m.Key].Equals(m.Value));
            if (!crash) resumed.Resumed.ShouldBe(step);
        }

        run.Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(EmbeddingUpdate.Lazy)]
    [InlineData(EmbeddingUpdate.Exact)]
    public void Resume_StoppedAfterEveryStepInTurn_SameBitsAsWithoutStop(EmbeddingUpdate update)
    {
        using var run = new CheckpointRun { Options = new TrainingOptions { Epochs = 4, Patience = 0, BatchSize = 25, ValidateEvery = 3, Embeddings = update } };
        var whole = run.Uninterrupted();
        whole.Result.Steps.ShouldBe(4 * CheckpointRun.StepsPerEpoch);
        for (var step = 1L; step < whole.Result.Steps; step++) run.StopAfter(step, crash: false, resume: step > 1).ShouldBeTrue();
        var resumed = run.Resume();
        resumed.Resumed.ShouldBe(whole.Result.Steps - 1);
        resumed.Result.ShouldBe(whole.Result);
        resumed.Weights.AsSpan().SequenceEqual(whole.Weights).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(3, 1)]
    public void Resume_PausedAfterEpochs_SameBitsAsWithoutPause(int validateEvery, int first)
    {
        using var run = new CheckpointRun
        {
            Options = new TrainingOptions { Epochs = 5, Patience = 0, BatchSize = 25, ValidateEvery = validateEvery, Schedule = new RateSchedule { Decay = RateDecay.Linear } },
        };
        var whole = run.Uninterrupted();
        run.ResumeUntil(first).Result.Steps.ShouldBe(first * CheckpointRun.StepsPerEpoch);
        var again = run.ResumeUntil(first);
        again.Resumed.ShouldBe(again.Result.Steps);
        run.ResumeUntil(4).Result.Epochs.ShouldBe(4);
        var resumed = run.ResumeUntil(9);
        resumed.Result.ShouldBe(whole.Result);
        resumed.Weights.AsSpan().SequenceEqual(whole.Weights).ShouldBeTrue();
    }

    /// <summary>The weights that training began with are the best until step 9, or to the end.</summary>
    [Theory]
    [InlineData(EmbeddingUpdate.Lazy, 9)]
    [InlineData(EmbeddingUpdate.Exact, 9)]
    [InlineData(EmbeddingUpdate.Lazy, 1000)]
    [InlineData(EmbeddingUpdate.Exact, 1000)]
    public void Resume_ValidatedBeforeTheFirstStep_SameBitsAsWithoutStop(EmbeddingUpdate update, int better)
    {
        using var run = new CheckpointRun
        {
            Options = new TrainingOptions { Epochs = 3, Patience = 0, BatchSize = 25, ValidateEvery = 3, CheckpointEvery = 2, Embeddings = update },
            Monitor = step => step >= better ? step : -step,
            ValidateFirst = true,
        };
        var whole = run.Uninterrupted();
        whole.Result.BestStep.ShouldBe(better == 9 ? 12 : 0);
        for (var step = 1L; step < whole.Result.Steps; step++)
        {
            run.Clear();
            run.StopAfter(step, crash: step % 2 == 0).ShouldBeTrue();
            var resumed = run.Resume();
            resumed.Result.ShouldBe(whole.Result);
            resumed.Weights.AsSpan().SequenceEqual(whole.Weights).ShouldBeTrue($"step {step}");
        }
    }

    [Fact]
    public void Resume_RunThatIsOver_RestoresItsBestWeights()
    {
        using var run = new CheckpointRun();
        run.StopAfter(1000, crash: false).ShouldBeFalse();
        var again = run.Resume();
        again.Losses.ShouldBeEmpty();
        again.Result.ShouldBe(run.Uninterrupted().Result);
        again.Weights.ShouldBe(run.Uninterrupted().Weights);
    }

    [Fact]
    public void Resume_NoCheckpoint_StartsAnew()
    {
        using var run = new CheckpointRun();
        var outcome = run.Resume();
        outcome.Resumed.ShouldBe(0);
        outcome.Weights.ShouldBe(run.Uninterrupted().Weights);
    }

    [Fact]
    public void Save_EveryTwoSteps_KeepsTheLastOnes()
    {
        using var run = new CheckpointRun { Options = new TrainingOptions { BatchSize = 25, CheckpointEvery = 2, KeepCheckpoints = 3 } };
        run.StopAfter(7, crash: true).ShouldBeTrue();
        run.Found.ShouldBe(["step-000002", "step-000004", "step-000006"]);
        run.StopAfter(11, crash: true, resume: true).ShouldBeTrue();
        run.Found.ShouldBe(["step-000006", "step-000008", "step-000010"]);
    }

    [Fact]
    public void Save_AfterAnotherRun_ReplacesItsCheckpointsAtTheFirstOne()
    {
        using var run = new CheckpointRun { Options = new TrainingOptions { BatchSize = 25, CheckpointEvery = 2 } };
        run.StopAfter(7, crash: true);
        run.StopAfter(1, crash: true);
        run.Found.ShouldBe(["step-000004", "step-000006"]);
        run.StopAfter(4, crash: true);
        run.Found.ShouldBe(["step-000002"]);
    }

    public static TheoryData<string, int> Damages() => new()
    {
        { CheckpointFile.Name, -1 }, { CheckpointFile.Name, 0 }, { CheckpointFile.Name, 100 }, { CheckpointFile.Name, 9000 },
        { CheckpointState.Name, -1 }, { CheckpointState.Name, 0 }, { CheckpointState.Name, 90 }, { CheckpointState.Name, 300 },
    };

    /// <param name="at">Byte to change, −1 to cut the file short.</param>
    [Theory]
    [MemberData(nameof(Damages))]
    public void Resume_NewestIsDamaged_TakesTheOneBeforeAndSaysSo(string file, int at)
    {
        using var run = new CheckpointRun { Options = new TrainingOptions { BatchSize = 25, Epochs = 3, CheckpointEvery = 2 } };
        run.StopAfter(7, crash: true);
        Damage(Path.Combine(run.Checkpoints, "step-000006", file), at);
        var resumed = run.Resume();
        resumed.Resumed.ShouldBe(4);
        resumed.Weights.ShouldBe(run.Uninterrupted().Weights);
        run.Warnings.Count.ShouldBe(1);
        run.Warnings[0].ShouldContain("step 6 is damaged");
    }

    [Theory]
    [InlineData(CheckpointFile.Name)]
    [InlineData(CheckpointState.Name)]
    public void Resume_AFileIsMissing_TakesTheOneBefore(string file)
    {
        using var run = new CheckpointRun { Options = new TrainingOptions { BatchSize = 25, Epochs = 3, CheckpointEvery = 2 } };
        run.StopAfter(7, crash: true);
        File.Delete(Path.Combine(run.Checkpoints, "step-000006", file));
        run.Resume().Resumed.ShouldBe(4);
        run.Warnings.Count.ShouldBe(1);
    }

    [Fact]
    public void Resume_AllAreDamaged_StartsAnewAndSaysSo()
    {
        using var run = new CheckpointRun { Options = new TrainingOptions { BatchSize = 25, Epochs = 3, CheckpointEvery = 2 } };
        run.StopAfter(7, crash: true);
        foreach (var name in run.Found) Damage(Path.Combine(run.Checkpoints, name, CheckpointFile.Name), 5000);
        var resumed = run.Resume();
        resumed.Resumed.ShouldBe(0);
        resumed.Weights.ShouldBe(run.Uninterrupted().Weights);
        run.Warnings.Count.ShouldBe(2);
    }

    [Fact]
    public void Resume_OtherConfiguration_IsRefusedAndNamesTheDifference()
    {
        using var run = new CheckpointRun();
        run.StopAfter(3, crash: false);
        run.Identity["training.seed"] = "2";
        run.Identity["model.experts"] = "6";
        var message = Should.Throw<Data.InputException>(run.Resume).Message;
        message.ShouldContain("model.experts was not there, is 6; training.seed was 1, is 2");
        run.Found.ShouldBe(["step-000003"]);
    }

    [Theory]
    [InlineData(CheckpointStep.ArraysWritten)]
    [InlineData(CheckpointStep.StateWritten)]
    [InlineData(CheckpointStep.OthersRemoved)]
    [InlineData(CheckpointStep.Renamed)]
    public void Save_ProcessEndsInIt_TheOneBeforeOrTheNewOneIsWhole(object step)
    {
        using var run = new CheckpointRun { Options = new TrainingOptions { BatchSize = 25, Epochs = 3, CheckpointEvery = 2, KeepCheckpoints = 1 } };
        var calls = 0;
        Should.Throw<NotImplementedException>(() => run.StopAfter(1000, crash: true, reached: s =>
        {
            if (s.Equals(step) && ++calls == 2) throw new NotImplementedException();
        }));
        var resumed = run.Resume();
        resumed.Resumed.ShouldBe(step is CheckpointStep.Renamed ? 4 : 2);
        resumed.Weights.ShouldBe(run.Uninterrupted().Weights);
        run.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void Save_DiskIsFull_WarnsAndTrainingGoesOn()
    {
        using var run = new CheckpointRun { Options = new TrainingOptions { BatchSize = 25, Epochs = 3, CheckpointEvery = 2 } };
        var calls = 0;
        run.StopAfter(1000, crash: true, reached: s =>
        {
            if (s == CheckpointStep.ArraysWritten && ++calls == 2) throw new IOException("No space left on device");
        }).ShouldBeFalse();
        run.Warnings.Single().ShouldContain("step 4 could not be written: No space left on device; training goes on, the one before it is of step 2");
        run.Found.ShouldBe(["step-000010", "step-000012"]);
    }

    [Fact]
    public void Store_SecondRunInTheSameFolder_IsRefused()
    {
        using var run = new CheckpointRun();
        using (new CheckpointStore(run.Checkpoints, run.Identity, 1, run.Warnings.Add))
            Should.Throw<Data.InputException>(() => new CheckpointStore(run.Checkpoints, run.Identity, 1, run.Warnings.Add)).Message.ShouldContain("cannot be used for checkpoints");
        Directory.Exists(run.Checkpoints).ShouldBeFalse();
    }

    [Fact]
    public void Clear_AfterARun_LeavesNothing()
    {
        using var run = new CheckpointRun();
        run.StopAfter(3, crash: false);
        Directory.CreateDirectory(Path.Combine(run.Checkpoints, ".step-000009.tmp"));
        using (var store = new CheckpointStore(run.Checkpoints, run.Identity, 1, run.Warnings.Add)) store.Clear();
        Directory.Exists(run.Checkpoints).ShouldBeFalse();
    }

    static void Damage(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        if (at >= 0) bytes[at] ^= 1;
        File.WriteAllBytes(path, at < 0 ? bytes[..^3] : bytes);
    }
}
