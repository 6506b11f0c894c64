using Switchyard.Data;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Training.Tests;

public sealed class TrainerTests : IDisposable, ITrainingObserver
{
    static readonly Aesm2Options Model = new()
    {
        Experts = 3,
        Expert = new ExpertOptions { Widths = [6], BatchNorm = true },
        TowerWidths = [],
        IndicatorWidth = 2,
    };

    readonly WorkerPool _pool = new(1);
    readonly Ranker _ranker = new(TinyData.Schema([2], [-1, -1]), Model, 1);
    readonly RowsSource _rows;
    readonly List<StepReport> _steps = [];
    readonly List<ValidationReport> _validations = [];
    readonly List<int[]> _weights = [];

    public TrainerTests() => _rows = new RowsSource(TinyData.Rows(_ranker.Schema, 100, 3));

    public void Dispose()
    {
        _rows.Dispose();
        _pool.Dispose();
    }

    void ITrainingObserver.OnStep(in StepReport report) => _steps.Add(report);

    void ITrainingObserver.OnValidation(in ValidationReport report) => _validations.Add(report);

    [Theory]
    [InlineData(EmbeddingUpdate.Lazy)]
    [InlineData(EmbeddingUpdate.Exact)]
    public void Fit_BestAtTheSecondOfFive_RestoresItAndStops(EmbeddingUpdate embeddings)
    {
        var result = Fit(new TrainingOptions { Epochs = 20, Patience = 3, Embeddings = embeddings }, true, 0.5, 0.9, 0.6, 0.9, 0.8, 1);
        result.StoppedEarly.ShouldBeTrue();
        (result.Steps, result.Epochs, result.BestStep, result.BestEpoch, result.BestValue).ShouldBe((20, 5, 8, 2, 0.9));
        Weights().ShouldBe(_weights[1]);
        _weights[4].ShouldNotBe(_weights[1]);
        _validations.Select(v => v.Improved).ShouldBe([true, true, false, false, false]);
        _validations.Select(v => v.Best).ShouldBe([0.5, 0.9, 0.9, 0.9, 0.9]);
    }

    [Theory]
    [InlineData(EmbeddingUpdate.Lazy)]
    [InlineData(EmbeddingUpdate.Exact)]
    public void Fit_ValidateFirstAndNoStepIsBetter_KeepsTheWeightsItBeganWith(EmbeddingUpdate embeddings)
    {
        var begun = Weights();
        var result = Fit(new TrainingOptions { Epochs = 20, Patience = 3, Embeddings = embeddings }, validateFirst: true, true, 0.9, 0.5, 0.6, 0.9, 1);
        (result.Steps, result.Epochs, result.BestStep, result.BestEpoch, result.BestValue).ShouldBe((12, 3, 0, 0, 0.9));
        Weights().ShouldBe(begun);
        _weights[1].ShouldNotBe(begun);
        (_validations[0].Step, _validations[0].Improved, _validations[0].Loss).ShouldBe((0, true, 0));
    }

    [Fact]
    public void Fit_ValidateFirstAndAStepIsBetter_KeepsThat()
    {
        var result = Fit(new TrainingOptions { Epochs = 3, Patience = 0 }, validateFirst: true, true, 0.5, 0.4, 0.6, 0.3);
        (result.BestStep, result.BestEpoch, result.BestValue).ShouldBe((8, 2, 0.6));
        Weights().ShouldBe(_weights[2]);
    }

    [Fact]
    public void Fit_LowerIsBetter_KeepsTheLowest()
    {
        var result = Fit(new TrainingOptions { Epochs = 4, Patience = 0 }, false, 0.5, 0.9, 0.4, 0.6);
        (result.StoppedEarly, result.BestEpoch, result.BestValue).ShouldBe((false, 3, 0.4));
        Weights().ShouldBe(_weights[2]);
    }

    [Fact]
    public void Fit_UndefinedValues_NeverCountAsBest()
    {
        var result = Fit(new TrainingOptions { Epochs = 4, Patience = 0 }, true, null, 0.2, null, null);
        (result.BestEpoch, result.BestValue).ShouldBe((2, 0.2));
        Weights().ShouldBe(_weights[1]);
    }

    [Fact]
    public void Fit_NoValueAtAll_KeepsTheLastWeights()
    {
        var result = Fit(new TrainingOptions { Epochs = 3, Patience = 0 }, true, null, null, null);
        (result.BestStep, result.BestEpoch, result.BestValue).ShouldBe((12, 3, null));
        Weights().ShouldBe(_weights[2]);
    }

    [Fact]
    public void Fit_NoValueAtFirst_PatienceCountsFromTheFirstOn()
    {
        var result = Fit(new TrainingOptions { Epochs = 20, Patience = 2 }, true, null, null, null, 0.5, null, 0.4, 0.9);
        (result.StoppedEarly, result.Epochs, result.BestEpoch, result.BestValue).ShouldBe((true, 6, 4, 0.5));
        Weights().ShouldBe(_weights[3]);
    }

    [Fact]
    public void Fit_ValidateEvery_CountsStepsAcrossEpochsAndEndsWithOne()
    {
        Fit(new TrainingOptions { Epochs = 3, Patience = 0, ValidateEvery = 5 }, true, 0.1, 0.2, 0.3);
        _validations.Select(v => (v.Step, v.Epoch)).ShouldBe([(5, 2), (10, 3), (12, 3)]);
    }

    [Fact]
    public void Fit_Steps_AreReportedWithTheirRateAndPlace()
    {
        Fit(new TrainingOptions { Epochs = 2, LearningRate = 0.01, Schedule = new RateSchedule { Decay = RateDecay.Linear } }, true, 0.1, 0.2);
        _rows.Rewinds.ShouldBe(2);
        _steps.Select(s => (s.Step, s.Epoch, s.StepInEpoch, s.StepsPerEpoch))
            .ShouldBe([(1, 1, 1, 4), (2, 1, 2, 4), (3, 1, 3, 4), (4, 1, 4, 4), (5, 2, 1, 4), (6, 2, 2, 4), (7, 2, 3, 4), (8, 2, 4, 4)]);
        for (var i = 0; i < 8; i++) _steps[i].LearningRate.ShouldBe(0.01 * (1 - i / 7.0), 1e-12);
        _steps.ShouldAllBe(s => s.Loss > 0 && double.IsFinite(s.Loss) && s.RowsPerSecond > 0);
    }

    [Fact]
    public void Fit_Cancelled_EndsBetweenTwoSteps()
    {
        using var source = new CancellationTokenSource();
        var trainer = new Trainer(_ranker, new TrainingOptions { BatchSize = 25 }, _pool);
        Should.Throw<OperationCanceledException>(() => trainer.Fit(_rows, Cancel, this, source.Token));
        _steps.Count.ShouldBe(4);

        Validation Cancel()
        {
            source.Cancel();
            return new Validation(0.5, true);
        }
    }

    /// <summary>20 epochs of 4 steps: the first 50 take ten seconds each, the others one, and a validation an hour.</summary>
    [Fact]
    public void Fit_FirstStepsAndValidations_AreNotInTheSpeed()
    {
        var time = new SetTime();
        using var rows = new TimedRows(_rows, step => time.Seconds += step <= 50 ? 10 : 1);
        var trainer = new Trainer(_ranker, new TrainingOptions { BatchSize = 25, Epochs = 20, Patience = 0 }, _pool) { Time = time };

        var result = trainer.Fit(rows, Validate, this);

        result.Steps.ShouldBe(80);
        result.RowsPerSecond.ShouldBe(25);

        Validation Validate()
        {
            time.Seconds += 3600;
            return new Validation(0.5, true);
        }
    }

    TrainingResult Fit(TrainingOptions options, bool higherIsBetter, params double?[] values) => Fit(options, validateFirst: false, higherIsBetter, values);

    TrainingResult Fit(TrainingOptions options, bool validateFirst, bool higherIsBetter, params double?[] values)
    {
        var call = 0;
        return new Trainer(_ranker, options with { BatchSize = 25 }, _pool) { ValidateFirst = validateFirst }.Fit(
            _rows,
            () =>
            {
                _weights.Add(Weights());
                return new Validation(values[call++], higherIsBetter);
            },
            this);
    }

    /// <summary>Dense weights, tables and running statistics.</summary>
    int[] Weights()
    {
        var p = _ranker.Parameters;
        return [.. Problem.Bits(p.DenseValues), .. p.Tables.SelectMany(t => Problem.Bits(t.Values)), .. p.Buffers.SelectMany(b => Problem.Bits(b.Values))];
    }

    /// <summary>A clock that stands until it is set.</summary>
    sealed class SetTime : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    /// <summary>Tells of every batch before it is trained on.</summary>
    sealed class TimedRows(RowsSource rows, Action<int> onBatch) : IBatchSource
    {
        int _batches;

        public Schema Schema => rows.Schema;

        public long RowCount => rows.RowCount;

        public void Rewind(int epoch) => rows.Rewind(epoch);

        public bool Next(Batch batch, int size)
        {
            if (!rows.Next(batch, size)) return false;
            onBatch(++_batches);
            return true;
        }

        public void Dispose()
        {
        }
    }
}
