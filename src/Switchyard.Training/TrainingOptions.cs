using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Switchyard.Training;

public enum OptimizerKind { Adam, Adagrad, Sgd }

public enum EmbeddingUpdate
{
    /// <summary>Only the rows of a batch are updated; their moments rest between two visits. Cost: the batch's rows.</summary>
    Lazy,

    /// <summary>The dense update: steps a row missed are replayed when it is next read, validated or saved. Cost: a pass over the table at every validation.</summary>
    Exact,
}

public enum RateDecay { None, Linear, Cosine, Exponential }

/// <summary>How a model is trained.</summary>
public sealed record TrainingOptions
{
    [Description("Seed of initial weights, shuffle, noise and dropout: the same seed gives the same model, bit for bit, for any number of threads.")]
    public ulong Seed { get; init; } = 1;

    [Description("Passes over the training rows at most.")]
    [Range(1, 100000)]
    public int Epochs { get; init; } = 12;

    [Description("Rows of a step.")]
    [Range(1, 1048576)]
    public int BatchSize { get; init; } = 2048;

    [Description("adam, adagrad or sgd.")]
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    [Description("Learning rate after warm-up.")]
    [Range(1e-12, 1e3)]
    public double LearningRate { get; init; } = 0.001;

    [Description("How the learning rate changes.")]
    public RateSchedule Schedule { get; init; } = new();

    [Description("Adam: decay of the first moment.")]
    [Range(0.0, 0.999999)]
    public double Beta1 { get; init; } = 0.9;

    [Description("Adam: decay of the second moment.")]
    [Range(0.0, 0.999999)]
    public double Beta2 { get; init; } = 0.999;

    [Description("Adam, Adagrad: added to the denominator.")]
    [Range(1e-12, 1.0)]
    public double Epsilon { get; init; } = 1e-8;

    [Description("Decoupled weight decay of dense weights and embeddings (AdamW).")]
    [Range(0.0, 1.0)]
    public double WeightDecay { get; init; }

    [Description("Learning rate of embedding tables as a multiple of learning_rate.")]
    [Range(0.0, 1e3)]
    public double EmbeddingLearningRate { get; init; } = 1;

    [Description("Weight decay of embedding tables; a step multiplies it by their learning rate. Default: weight_decay.")]
    [Range(0.0, 1e3)]
    public double? EmbeddingWeightDecay { get; init; }

    [Description("Largest norm of all gradients together; 0 = no clipping.")]
    [Range(0.0, 1e9)]
    public double ClipNorm { get; init; }

    [Description("lazy: only the rows of a batch are updated. exact: as if the whole table were, at the cost of replaying missed steps.")]
    public EmbeddingUpdate Embeddings { get; init; } = EmbeddingUpdate.Lazy;

    [Description("Divisor of a task's loss: rows (all rows of the batch) or observed (rows with a label).")]
    public LossNormaliser Normalise { get; init; } = LossNormaliser.Rows;

    [Description("What decides the best weights: mean_auc (leaf scenarios x tasks), mean_auc:level1, mean_auc:level1:TASK, auc:TASK; gauc, ndcg, mrr and logloss like auc.")]
    public string Monitor { get; init; } = "mean_auc";

    [Description("Stop after this many validations without a new best; 0 = never.")]
    [Range(0, 100000)]
    public int Patience { get; init; } = 2;

    [Description("Validate every this many steps, and after the last one; 0 = after every epoch.")]
    [Range(0, int.MaxValue)]
    public int ValidateEvery { get; init; }

    [Description("Save a checkpoint every this many steps, and at the end of every epoch; 0 = at the end of every epoch only. Does not change the result.")]
    [Range(0, int.MaxValue)]
    public int CheckpointEvery { get; init; }

    [Description("Checkpoints of a run to keep, the newest ones.")]
    [Range(1, 1000)]
    public int KeepCheckpoints { get; init; } = 2;

    [Description("Whether checkpoints stay after the model was saved; otherwise they are removed.")]
    public bool KeepCheckpointsAtEnd { get; init; }

    [Description("Rows the shuffle mixes at a time; a part that fits is shuffled fully.")]
    [Range(1024, 1 << 28)]
    public int ShuffleRows { get; init; } = 1 << 18;

    [Description("Worker threads; 0 = all cores. Results do not depend on it.")]
    [Range(0, 1024)]
    public int Threads { get; init; }
}

public enum LossNormaliser { Rows, Observed }

/// <summary>Learning rate over the planned training.</summary>
public sealed record RateSchedule
{
    [Description("Steps over which the rate grows linearly from 0.")]
    [Range(0, int.MaxValue)]
    public int WarmupSteps { get; init; }

    [Description("none, linear or cosine (to floor at the last planned step), exponential (falls smoothly, by factor over an epoch).")]
    public RateDecay Decay { get; init; } = RateDecay.None;

    [Description("Linear, cosine: share of the learning rate that is left at the end.")]
    [Range(0.0, 1.0)]
    public double Floor { get; init; }

    [Description("Exponential: what is left of the rate after an epoch.")]
    [Range(1e-6, 1.0)]
    public double Factor { get; init; } = 0.9;

    /// <summary>Rate of a step.</summary>
    /// <param name="peak">Learning rate after warm-up.</param>
    /// <param name="step">Step, 0-based.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch.</param>
    /// <param name="epochs">Planned epochs.</param>
    public double At(double peak, long step, long stepsPerEpoch, int epochs)
    {
        if (step < WarmupSteps) return peak * (step + 1) / WarmupSteps;
        var done = Math.Min(1, (double)(step - WarmupSteps) / Math.Max(1, stepsPerEpoch * epochs - WarmupSteps - 1));
        return peak * Decay switch
        {
            RateDecay.Linear => Floor + (1 - Floor) * (1 - done),
            RateDecay.Cosine => Floor + (1 - Floor) * (1 + Math.Cos(Math.PI * done)) / 2,
            RateDecay.Exponential => Math.Pow(Factor, (double)(step - WarmupSteps) / stepsPerEpoch),
            _ => 1,
        };
    }
}
