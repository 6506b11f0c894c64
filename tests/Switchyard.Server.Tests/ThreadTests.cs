namespace Switchyard.Server.Tests;

[Collection(ModelTests.Name)]
public sealed class ThreadTests(TrainedModel model)
{
    /// <summary>Where all that read could be scoring, nobody would be there to refuse.</summary>
    [Fact]
    public async Task Create_RequestsAreScoredByThreadsThatRead_OthersAreThereToRead()
    {
        await using var running = await RunningServer.StartAsync(model, "queue: {workers: 7}");

        ThreadPool.GetMinThreads(out var threads, out _);
        threads.ShouldBeGreaterThanOrEqualTo(7 + Environment.ProcessorCount);
    }
}
