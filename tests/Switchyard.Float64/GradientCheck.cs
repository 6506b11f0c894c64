using Switchyard.Engine;

namespace Switchyard.Float64;

/// <summary>Backward against central differences, for every dense element and every table element.</summary>
sealed class GradientCheck
{
    const double Step = 1e-5;
    const double Relative = 1e-6;

    readonly ParameterSet _parameters;
    readonly Graph _graph;
    readonly Func<Graph, Tensor> _loss;
    readonly Action _reset;

    /// <param name="parameters">What is varied.</param>
    /// <param name="graph">The graph that <paramref name="loss"/> computes on.</param>
    /// <param name="loss">One whole forward pass, without the terms.</param>
    /// <param name="reset">Called before every pass.</param>
    public GradientCheck(ParameterSet parameters, Graph graph, Func<Graph, Tensor> loss, Action? reset = null)
    {
        (_parameters, _graph, _loss) = (parameters, graph, loss);
        _reset = reset ?? graph.Reset;
    }

    /// <summary>Elements that were compared.</summary>
    public int Compared { get; private set; }

    /// <summary>Elements left out because the loss has a kink within the step.</summary>
    public int Skipped { get; private set; }

    /// <summary>Moves all weights off their initial values, so that none sits on a kink or is constant by initialisation.</summary>
    public static void Jitter(ParameterSet parameters, double deviation = 0.3)
    {
        var random = new SeededRandom(7, "jitter");
        foreach (ref var value in parameters.DenseValues) value += deviation * random.NextNormal();
        foreach (var table in parameters.Tables)
        {
            foreach (ref var value in table.Values.AsSpan()) value += deviation * random.NextNormal();
        }

        parameters.Touch();
    }

    public void Run(double largestSkippedShare = 0.02)
    {
        _reset();
        _graph.RunBackward(_loss(_graph));
        var pattern = _graph.Pattern();
        var dense = _graph.Gradients!.Dense.ToArray();
        var tables = _graph.Gradients.Tables.Select(Whole).ToArray();
        var wrong = new List<string>();
        foreach (var parameter in _parameters.Dense)
            Compare(parameter.Name, _parameters.Values(parameter), dense.AsSpan(parameter.Offset, parameter.Length), pattern, wrong);
        for (var t = 0; t < tables.Length; t++) Compare(_parameters.Tables[t].Name, _parameters.Tables[t].Values, tables[t], pattern, wrong);
        wrong.ShouldBeEmpty();
        Compared.ShouldBeGreaterThan(0);
        Skipped.ShouldBeLessThanOrEqualTo((int)(largestSkippedShare * (Compared + Skipped)));
        dense.Count(d => d != 0).ShouldBeGreaterThan(0);
    }

    static double[] Whole(TableGradient gradient)
    {
        var width = gradient.Table.Width;
        var whole = new double[gradient.Table.Values.Length];
        for (var i = 0; i < gradient.Count; i++) gradient.Values.Slice(i * width, width).CopyTo(whole.AsSpan(gradient.Rows[i] * width));
        return whole;
    }

    void Compare(string name, Span<double> values, ReadOnlySpan<double> gradient, ulong pattern, List<string> wrong)
    {
        var before = Compared;
        for (var i = 0; i < values.Length; i++)
        {
            var centre = values[i];
            var (up, smoothUp) = At(ref values[i], centre + Step, pattern);
            var (down, smoothDown) = At(ref values[i], centre - Step, pattern);
            values[i] = centre;
            if (!smoothUp || !smoothDown)
            {
                Skipped++;
                continue;
            }

            Compared++;
            var numeric = (up - down) / (2 * Step);
            var allowed = Relative * Math.Max(Math.Abs(numeric), Math.Abs(gradient[i])) + 2e-9;
            if (!(Math.Abs(numeric - gradient[i]) <= allowed)) wrong.Add(FormattableString.Invariant($"{name}[{i}]: {gradient[i]:R}, central difference {numeric:R}"));
        }

        // The limit on what is left out is one for all: without this, it could be the whole of a small parameter.
        if (Compared == before) wrong.Add($"{name}: none of its {values.Length} elements was compared");
        _parameters.Touch();
    }

    (double Loss, bool Smooth) At(ref double value, double at, ulong pattern)
    {
        value = at;
        _parameters.Touch();
        _reset();
        var loss = _graph.Value(_loss(_graph))[0];
        foreach (ref readonly var term in _graph.Terms) loss += term.Weight * _graph.Value(term.Value)[0];
        return (loss, _graph.Pattern() == pattern);
    }
}
