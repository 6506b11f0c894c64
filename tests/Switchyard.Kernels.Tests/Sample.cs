namespace Switchyard.Kernels.Tests;

/// <summary>Test data that is the same on every machine.</summary>
static class Sample
{
    /// <summary>Values in (-1, 1), a function of seed and index.</summary>
    public static float[] Values(int length, uint seed = 1, float scale = 1)
    {
        var values = new float[length];
        var state = seed * 2654435761u + 12345u;
        for (var i = 0; i < length; i++)
        {
            state = state * 1664525u + 1013904223u;
            values[i] = scale * ((int)(state >> 8) - (1 << 23)) / (1 << 23);
        }
        return values;
    }

    /// <summary>Row numbers below limit, in no order and with repetitions.</summary>
    public static int[] Ids(int length, int limit, uint seed = 7)
    {
        var ids = new int[length];
        for (var i = 0; i < length; i++)
        {
            ids[i] = (int)((i * 2654435761u + seed * 40503u) % (uint)limit);
        }
        return ids;
    }

    public static double[] Wide(float[] values) => Array.ConvertAll(values, v => (double)v);

    public static void ShouldHaveBitsOf(this float[] actual, float[] expected, string what = "")
    {
        actual.Length.ShouldBe(expected.Length);
        for (var i = 0; i < actual.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(actual[i]) != BitConverter.SingleToInt32Bits(expected[i]))
            {
                Assert.Fail($"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R}");
            }
        }
    }

    public static void ShouldBeNear(this float[] actual, double[] expected, double relative, double absolute, string what = "")
    {
        actual.Length.ShouldBe(expected.Length);
        for (var i = 0; i < actual.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= relative * Math.Abs(expected[i]) + absolute))
            {
                Assert.Fail($"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R}");
            }
        }
    }
}
