namespace Switchyard.Engine;

/// <summary>Initial distribution of a parameter.</summary>
public readonly record struct Init
{
    enum Kind { Constant, Uniform, Normal }

    Kind Shape { get; init; }

    Real Scale { get; init; }

    /// <summary>U(−1/√inputs, 1/√inputs), for weights, biases and gates of linear layers.</summary>
    public static Init Linear(int inputs) => new() { Shape = Kind.Uniform, Scale = (Real)(1 / Math.Sqrt(inputs)) };

    /// <summary>N(0, deviation²), for embeddings.</summary>
    public static Init Normal(double deviation) => new() { Shape = Kind.Normal, Scale = (Real)deviation };

    public static Init Constant(double value) => new() { Shape = Kind.Constant, Scale = (Real)value };

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
            default:
                values.Fill(Scale);
                break;
        }
    }
}
