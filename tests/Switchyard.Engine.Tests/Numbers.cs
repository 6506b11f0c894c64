namespace Switchyard.Engine.Tests;

/// <summary>Random inputs, and comparison by bits: −0 and 0 differ, NaN equals itself.</summary>
static class Numbers
{
    public static float[] Normal(int count, ulong seed)
    {
        var random = new SeededRandom(seed, "numbers");
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];
    }

    public static int[] Bits(ReadOnlySpan<float> values)
    {
        var bits = new int[values.Length];
        for (var i = 0; i < bits.Length; i++) bits[i] = BitConverter.SingleToInt32Bits(values[i]);
        return bits;
    }

    public static int[] Bits(this Graph g, Tensor t) => Bits(g.Value(t));

    /// <summary>Gate [rows × experts]: entries are 0 with the given probability.</summary>
    public static Tensor Gate(Graph g, int rows, int experts, double empty, ulong seed)
    {
        var random = new SeededRandom(seed, "gate");
        var gate = g.New(rows, experts, needsGrad: false);
        foreach (ref var v in g.Value(gate)) v = random.NextDouble() < empty ? 0 : (float)(0.1 + random.NextDouble());
        return gate;
    }
}
