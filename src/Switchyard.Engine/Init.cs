namespace Switchyard.Engine;

/// <summary>Initial distribution of a parameter.</summary>
public readonly record struct Init
{
    enum Kind { Constant, Uniform, Normal, Diagonal }

    Kind Shape { get; init; }

    Real Scale { get; init; }

    Real Own { get; init; }

    int Size { get; init; }

    int Matrix { get; init; }

    /// <summary>U(−1/√inputs, 1/√inputs), for weights, biases and gates of linear layers.</summary>
    public static Init Linear(int inputs) => new() { Shape = Kind.Uniform, Scale = (Real)(1 / Math.Sqrt(inputs)) };

    /// <summary>N(0, deviation²), for embeddings.</summary>
    public static Init Normal(double deviation) => new() { Shape = Kind.Normal, Scale = (Real)deviation };

    public static Init Constant(double value) => new() { Shape = Kind.Constant, Scale = (Real)value };

    /// <summary>For stacked matrices [size × size]: <paramref name="own"/> on the diagonal of one of them, everything else <paramref name="others"/>.</summary>
    public static Init Diagonal(double own, double others, int size, int matrix) =>
        new() { Shape = Kind.Diagonal, Scale = (Real)others, Own = (Real)own, Size = size, Matrix = matrix };

    internal void Fill(Span<Real> values, SeededRandom random)
    {
        switch (Shape)
        {
            case Kind.Uniform:
                foreach (ref var v in values) v = (Real)(Scale * (2 * random.NextDouble() - 1));
                break;
            case Kind.Normal:
                foreach (ref var v in values) v = (Real)(Scale * random.NextNormal());
                break;
            case Kind.Diagonal:
                values.Fill(Scale);
                for (var i = 0; i < Size; i++) values[(Matrix * Size + i) * Size + i] = Own;
                break;
            default:
                values.Fill(Scale);
                break;
        }
    }
}
