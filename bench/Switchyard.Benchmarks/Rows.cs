namespace Switchyard.Benchmarks;

/// <summary>Numbers to compute with, the same in every run.</summary>
static class Rows
{
    /// <summary>Numbers of −1 to 1.</summary>
    public static float[] Filled(int length)
    {
        var values = new float[length];
        for (var i = 0; i < length; i++) values[i] = ((i * 7919L % 1000) - 500) / 500f;
        return values;
    }
}
