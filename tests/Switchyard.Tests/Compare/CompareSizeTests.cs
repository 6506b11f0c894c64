using Switchyard.Models;

namespace Switchyard.Tests;

public sealed class CompareSizeTests
{
    /// <summary>Above the first layer every task has its own pass through the experts: a weight that a row does not use there is still one weight.</summary>
    [Fact]
    public void Compare_BankOfSeveralPasses_CountsAWeightOnce()
    {
        using var folder = new CompareFolder();

        var report = folder.Compare(
            """
            base: run.yaml
            seeds: [1]
            keep_models: true
            bootstrap: {samples: 100}
            variants:
              few: {model: {name: cesaa, layers: 2, experts: 8, active: 1, expert: {widths: [48, 32]}, tower_widths: [4]}}
              all: {model: {name: cesaa, layers: 2, experts: 8, active: 8, expert: {widths: [48, 32]}, tower_widths: [4]}}
            """);

        var (few, all) = (report.Variants[0].Runs[0], report.Variants[1].Runs[0]);
        var parameters = ModelBundle.Load(Directory.GetDirectories(folder.Place("runs/compare/models"), "few-*").Single()).Ranker.Parameters;
        few.DenseParameters.ShouldBe(parameters.Dense.Sum(p => (long)p.Length));
        all.DenseParameters.ShouldBe(few.DenseParameters);
        all.ActiveParameters.ShouldBe(all.DenseParameters);

        // In each layer a row uses the shared expert and one or two of the eight: tasks choose.
        var experts = parameters.Dense.Where(p => p.Name.Contains("expert", StringComparison.Ordinal) && p.Count == 9).Sum(p => (double)p.Length);
        experts.ShouldBeGreaterThan(0);
        (few.DenseParameters - few.ActiveParameters).ShouldBeInRange(experts * 6 / 9, experts * 7 / 9);
    }
}
