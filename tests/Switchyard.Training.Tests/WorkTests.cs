using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Training.Tests;

/// <summary>Counted multiply-adds against those worked out by hand. x has 19 columns: 4 + 3 + 3 + 3 + 2 + 2 + 2.</summary>
public sealed class WorkTests
{
    const int Rows = 300;

    static readonly ExpertOptions Expert = new() { Widths = [5, 4] };

    /// <summary>Three experts of 19·5 + 5·4, three gates of 19·3, three towers of 4·6 + 6.</summary>
    [Fact]
    public void Work_Mmoe_IsThatOfEveryExpertAndThreeTimesAsMuchInTraining()
    {
        var options = new MmoeOptions { Experts = 3, Expert = Expert, TowerWidths = [6] };
        const long Forward = (3 * (95 + 20)) + (3 * 57) + (3 * 30);

        var (scoring, training) = WorkOf(TinyData.Schema([2, 3], [-1, 0, -1]), options);

        scoring.ShouldBe(new LinearWork(Rows * Forward, Rows * Forward));
        // The gradients of inputs and of weights are a product each.
        training.ShouldBe(new LinearWork(Rows * 3 * Forward, Rows * 3 * Forward));
    }

    /// <summary>
    /// Levels of 2 and 3 nodes, one task, four experts, of which a row takes two in each level; a single task has nothing to select from.
    /// Gates: (19 + 2)·8, (4 + 4)·12, (4 + 6)·4.
    /// </summary>
    [Fact]
    public void Work_Aesm2_CountsTheChosenExpertsOnly()
    {
        var options = Sparse();
        const long Gates = (21 * 8) + (8 * 12) + (10 * 4);
        const long Stored = Gates + (4 * (95 + 20)) + (4 * 40) + (4 * 40) + 30;
        const long Active = Gates + (2 * (95 + 20)) + (2 * 40) + (4 * 40) + 30;

        var (scoring, training) = WorkOf(TinyData.Schema([2, 3], [-1]), options);

        scoring.ShouldBe(new LinearWork(Rows * Active, Rows * Stored));
        training.ShouldBe(new LinearWork(Rows * 3 * Active, Rows * 3 * Stored));
    }

    /// <summary>Three tasks share the experts of their layer: a row takes two to four of them.</summary>
    [Fact]
    public void Work_Aesm2WithTasks_CountsAnExpertThatTwoTasksChooseOnce()
    {
        const long Others = (21 * 8) + (8 * 12) + (3 * 10 * 12) + (2 * (95 + 20)) + (2 * 40) + (3 * 30);

        var (scoring, _) = WorkOf(TinyData.Schema([2, 3], [-1, 0, -1]), Sparse());

        scoring.Active.ShouldBeInRange(Rows * (Others + (2 * 40)), Rows * (Others + (4 * 40)));
        scoring.Stored.ShouldBe(Rows * (Others + (2 * (95 + 20)) + (2 * 40) + (4 * 40)));
    }

    /// <summary>Three experts; of three scenarios the row's own gate, and for each of three tasks its tower.</summary>
    [Fact]
    public void Work_HmoeWithoutLabelMixing_CountsTheOwnScenarioOnly()
    {
        var options = new HmoeOptions { Level = 2, Experts = 3, Expert = Expert, TowerWidths = [6], MixLabels = false };
        const long Experts = 3 * (95 + 20), Own = (19 * 3) + (3 * 30);

        var (scoring, _) = WorkOf(TinyData.Schema([2, 3], [-1, 0, -1]), options);

        scoring.ShouldBe(new LinearWork(Rows * (Experts + Own), Rows * (Experts + (3 * Own))));
    }

    static Aesm2Options Sparse() => new()
    {
        Experts = 4,
        Specific = 1,
        Shared = 1,
        Disjoint = true,
        Expert = Expert,
        IndicatorWidth = 2,
        TowerWidths = [6],
    };

    static (LinearWork Scoring, LinearWork Training) WorkOf(Schema schema, ModelOptions options)
    {
        var ranker = new Ranker(schema, options, 1);
        var rows = TinyData.Rows(schema, Rows, 3);
        var pass = new ForwardPass(ranker, GraphMode.Score);
        using var pool = new WorkerPool(2);
        var step = new TrainingStep(ranker, new TrainingOptions(), pool);
        for (var i = 0; i < 2; i++)
        {
            // The second time shows that a pass starts from nothing.
            pass.Logits(rows);
            step.Run(rows, 0.001, 0);
        }

        return (pass.Graph.Work, step.Work);
    }
}
