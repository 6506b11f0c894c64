using Switchyard.Kernels;
using Switchyard.Testing;
using Switchyard.Training;

namespace Switchyard.Models.Tests;

/// <summary>Gradients that nobody reads are not computed; those of the other weights do not notice.</summary>
public sealed class FrozenSuite
{
    public static TheoryData<string> All() => ModelCases.All();

    /// <summary>
    /// Two weights of three, others of them, and all but the last four with all tables, so that whole layers have nothing below them that is trained;
    /// and every weight trained alone, among frozen ones above and below it.
    /// </summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Run_SomeWeightsFrozen_OthersHaveTheSameGradients(string name)
    {
        var (expected, work) = Gradients(new HashSet<string>());
        var names = expected.Keys.Order(StringComparer.Ordinal).ToArray();
        var trained = names.TakeLast(4).ToHashSet();
        foreach (var frozen in new[] { names.Where((_, i) => i % 3 < 2), names.Where((_, i) => i % 3 != 1), names.Where(n => !trained.Contains(n)) })
        {
            var set = frozen.ToHashSet();
            var (actual, less) = Gradients(set);
            foreach (var weight in names.Where(n => !set.Contains(n))) actual[weight].ShouldBe(expected[weight], weight);
            less.ShouldBeLessThanOrEqualTo(work);
            if (set.Count == names.Length - trained.Count) less.ShouldBeLessThan(work);
        }

        (expected, _) = Gradients(new HashSet<string>(), 80, 1);
        foreach (var weight in names) Gradients(names.Where(n => n != weight).ToHashSet(), 80, 1).Gradients[weight].ShouldBe(expected[weight], $"{weight} alone");

        (Dictionary<string, int[]> Gradients, long Work) Gradients(HashSet<string> set, int rows = 300, int workers = 2)
        {
            var ranker = Trained.Untrained(ModelCases.Options(name));
            var parameters = ranker.Parameters;
            var frozen = new FrozenWeights();
            foreach (var p in parameters.Dense.Where(p => set.Contains(p.Name))) frozen.Add(p, [(0, p.Length)]);
            foreach (var t in parameters.Tables.Where(t => set.Contains(t.Name))) frozen.Add(t, t.Rows);
            using var pool = new WorkerPool(workers);
            var step = new TrainingStep(ranker, new TrainingOptions(), pool, frozen);
            step.Run(TinyData.Rows(ranker.Schema, rows, 5, unknown: 0.05, unobserved: 0.1), 0.01, 0);
            var gradients = step.Graph.Gradients!;
            var values = parameters.Dense.ToDictionary(p => p.Name, p => Trained.Bits(gradients.DenseValues.Slice(p.Offset, p.Length)));
            foreach (var t in gradients.Tables) values.Add(t.Table.Name, [.. t.Rows, .. Trained.Bits(t.Values)]);
            return (values, step.Work.Active);
        }
    }
}
