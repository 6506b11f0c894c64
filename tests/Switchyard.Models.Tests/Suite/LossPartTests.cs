using System.Text.RegularExpressions;
using Switchyard.Kernels;
using Switchyard.Testing;
using Switchyard.Training;

namespace Switchyard.Models.Tests;

/// <summary>What every model must tell of its auxiliary terms.</summary>
public sealed partial class LossPartTests
{
    public static TheoryData<string> All() => ModelCases.All();

    [Theory]
    [MemberData(nameof(All))]
    public void Terms_AnyModel_AreNamedByTheirLayer(string name)
    {
        var ranker = Trained.Untrained(ModelCases.Options(name));
        using var pool = new WorkerPool(1);
        var step = new TrainingStep(ranker, new TrainingOptions(), pool);
        var batch = TinyData.Rows(ranker.Schema, 60, 5);
        step.Run(batch, 0.001, 0);
        var first = step.Auxiliary.ToArray();
        step.Run(batch, 0.001, 0.5);

        first.ShouldAllBe(p => Name().IsMatch(p.Name));
        first.Select(p => p.Name).ShouldBeUnique();
        first.ShouldAllBe(p => double.IsFinite(p.Value) && p.Terms <= ranker.Schema.Tasks.Length);
        step.Auxiliary.ToArray().Select(p => (p.Name, p.Terms)).ShouldBe(first.Select(p => (p.Name, p.Terms)), "a model has the same terms in every step");
        step.Auxiliary.ToArray().Sum(p => p.Weighted).ShouldBe(step.AuxiliaryLoss, 1e-6);
    }

    /// <summary>A step may be watched: its weights have the bits of one that is not.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Train_GatesAreNoted_SameBits(string name)
    {
        Bits(notes: true).ShouldBe(Bits(notes: false));

        int[] Bits(bool notes)
        {
            var ranker = Trained.Untrained(ModelCases.Options(name));
            using var pool = new WorkerPool(2);
            var step = new TrainingStep(ranker, new TrainingOptions { LearningRate = 0.01 }, pool) { NotesGates = notes };
            var batch = TinyData.Rows(ranker.Schema, 300, 5, unknown: 0.05, unobserved: 0.1);
            for (var s = 0; s < 4; s++) step.Run(batch, 0.01, s / 4.0);
            return Trained.Bits(ranker);
        }
    }

    /// <summary>A layer's path and what is measured there.</summary>
    [GeneratedRegex(@"^[a-z_]+(\.[0-9]+)*\.[a-z_]+$")]
    private static partial Regex Name();
}
