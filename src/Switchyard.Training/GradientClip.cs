using Switchyard.Engine;
using Switchyard.Kernels;

namespace Switchyard.Training;

/// <summary>Global-norm clipping: one factor for all gradients, dense and touched rows alike.</summary>
public static class GradientClip
{
    /// <summary>Scales the gradients so that their common norm is at most <paramref name="limit"/>; returns the norm before. A norm that is not finite scales nothing: the caller has to refuse it.</summary>
    public static double Apply(Gradients gradients, double limit)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        var squares = (double)Vectors.SumOfSquares(gradients.DenseValues);
        foreach (var table in gradients.Tables) squares += Vectors.SumOfSquares(table.Values);
        var norm = Math.Sqrt(squares);
        if (norm <= limit || !double.IsFinite(norm)) return norm;
        gradients.Scale((Real)(limit / norm));
        return norm;
    }
}
