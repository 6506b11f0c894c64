using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard.Tests;

/// <summary>Live objects of the process are counted, so nothing else may run.</summary>
[CollectionDefinition(nameof(ProcessMemory), DisableParallelization = true)]
public sealed class ProcessMemory;

[Collection(nameof(ProcessMemory))]
public sealed class DryRunMemoryTests
{
    /// <summary>
    /// What a real training holds in its last epoch, against what was predicted for it: validation included, best weights at most.
    /// </summary>
    [Theory]
    [InlineData("adam", "lazy")]
    [InlineData("adam", "exact")]
    [InlineData("sgd", "lazy")]
    public void DryRun_Memory_IsThatOfTheTrainingThatFollows(string optimizer, string embeddings)
    {
        using var log = GeneratedLog.Clean();
        log.WriteCsv();
        File.WriteAllText(log.Configuration, GeneratedLog.Yaml(
            $$"""
            training: {epochs: 3, batch_size: 512, threads: 1, optimizer: {{optimizer}}, embeddings: {{embeddings}}}
            evaluation: {min_positives: 1}
            """,
            ("- item_id", "- {name: item_id, hash_buckets: 400000, embedding: 8}")));
        var configuration = RunConfiguration.Load(log.Configuration);
        var predicted = Switchyard.Run.DryRun(configuration, null, SilentReporter.Instance, new Machine(1L << 40, _ => 1L << 40), 0.05);
        var best = predicted.Memory.Single(m => m.What.StartsWith("best weights", StringComparison.Ordinal)).Bytes;

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var reporter = new HeapReporter();
        Switchyard.Run.Train(configuration, null, reporter);

        // Only a few of the rows of the large table were ever written, so most of the best weights need no copy.
        (reporter.Heap - before).ShouldBeInRange((predicted.MemoryBytes - best) * 9 / 10, predicted.MemoryBytes * 11 / 10);
        predicted.MemoryBytes.ShouldBeGreaterThan(400_000 * 8 * sizeof(float));
    }

    sealed class HeapReporter : IRunReporter
    {
        public long Heap { get; private set; }

        public void TrainingStarted(int epochs, string monitor)
        {
        }

        public void OnStep(in StepReport report)
        {
            if (report.Epoch == 3 && report.StepInEpoch == report.StepsPerEpoch) Heap = GC.GetTotalMemory(forceFullCollection: true);
        }

        public void OnValidation(in ValidationReport report)
        {
        }

        public void Report(ImportProgress value)
        {
        }

        public void Message(string text)
        {
        }

        public void Warning(string text)
        {
        }

        public void Result(string text)
        {
        }
    }
}
