using System.Text;

namespace Switchyard.Features.Tests;

public sealed class FeatureCacheTests
{
    static byte[] Key(int i) => Encoding.UTF8.GetBytes($"key{i:D4}");

    static string? Value(FeatureCache cache, int i) => cache.Find(Key(i)) is { } row ? Encoding.UTF8.GetString(row[0]) : null;

    [Fact]
    public void Add_BeyondTheEntries_KeepsWhatWasRead()
    {
        var cache = new FeatureCache(3, long.MaxValue);
        for (var i = 0; i < 3; i++) cache.Add(Key(i), FeatureRow.Of([$"{i}"]));
        Value(cache, 0).ShouldBe("0");
        cache.Add(Key(3), FeatureRow.Of(["3"]));
        cache.Count.ShouldBe(3);
        Value(cache, 1).ShouldBeNull();
        foreach (var i in new[] { 0, 2, 3 }) Value(cache, i).ShouldBe($"{i}");
    }

    [Fact]
    public void Add_KeyThatIsThere_ReplacesItsRow()
    {
        var cache = new FeatureCache(3, long.MaxValue);
        cache.Add(Key(0), FeatureRow.Of(["short"]));
        var before = cache.Bytes;
        cache.Add(Key(0), FeatureRow.Of(["a longer one"]));
        Value(cache, 0).ShouldBe("a longer one");
        (cache.Count, cache.Bytes - before).ShouldBe((1, 7));
        cache.Add(Key(0), FeatureRow.Unknown());
        cache.Find(Key(0))!.IsKnown.ShouldBeFalse();
    }

    [Fact]
    public void Add_BeyondTheBytes_StaysWithin()
    {
        var cache = new FeatureCache(int.MaxValue, 10_000);
        for (var i = 0; i < 200; i++)
        {
            cache.Add(Key(i), FeatureRow.Of([new string('x', i * 7)]));
            cache.Find(Key(i / 2));
            cache.Bytes.ShouldBeLessThanOrEqualTo(10_000);
        }

        cache.Count.ShouldBeGreaterThan(3);
        cache.Add(Key(999), FeatureRow.Of([new string('x', 20_000)]));
        (cache.Count, cache.Bytes).ShouldBe((0, 0));
    }

    [Fact]
    public void Add_AllOthersWereRead_KeepsTheNewOneAndMostOfThem()
    {
        var cache = new FeatureCache(1000, long.MaxValue);
        for (var i = 0; i < 1000; i++) cache.Add(Key(i), FeatureRow.Of([$"{i}"]));
        for (var i = 0; i < 1000; i++) cache.Find(Key(i));
        // A sweep without a bound passes all of them by, and takes the new one.
        cache.Add(Key(1000), FeatureRow.Of(["new"]));
        (Value(cache, 1000), cache.Count).ShouldBe(("new", 1000));
        Enumerable.Range(0, 1000).Count(i => Value(cache, i) is null).ShouldBe(1);
    }

    [Fact]
    public async Task AddAndFind_ManyThreads_EveryRowIsThatOfItsKey()
    {
        var cache = new FeatureCache(50, 1_000_000);
        await Parallel.ForAsync(0, 8, (thread, _) =>
        {
            for (var n = 0; n < 20_000; n++)
            {
                var i = ((n * 31) + thread) % 120;
                if (Value(cache, i) is { } value) value.ShouldBe($"{i}");
                else cache.Add(Key(i), FeatureRow.Of([$"{i}"]));
            }

            return ValueTask.CompletedTask;
        });
        cache.Count.ShouldBe(50);
    }
}
