namespace Switchyard.Engine;

/// <summary>
/// Multiply-adds of the matrix products of a pass, counted where they are computed: rows × inputs × outputs of every product. Sums,
/// softmax, lookups and mixing are left out; they are a few per cent.
/// </summary>
/// <param name="Active">Those that were computed: an expert multiplies the rows sent to it.</param>
/// <param name="Stored">Those it would have taken to send every row to every expert.</param>
public readonly record struct LinearWork(long Active, long Stored)
{
    internal LinearWork Add(int rows, long each, Dispatch? dispatch) =>
        new(Active + (rows * each), Stored + ((dispatch is null ? rows : (long)dispatch.Rows * dispatch.Experts) * each));

    internal LinearWork AddEntries(long entries, long inputs, long all) => new(Active + (entries * inputs), Stored + (all * inputs));
}
