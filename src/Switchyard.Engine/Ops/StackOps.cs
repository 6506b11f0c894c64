using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>
/// Weights that are made of a shared part and one of every expert. In training they are formed once a pass, and experts without pairs are
/// left out: their matrices are undefined. In scoring those of all experts are formed once and kept until the weights change.
/// </summary>
public static class StackOps
{
    /// <summary>Elements a worker takes at a time.</summary>
    const int Length = 4096;

    /// <summary>Own [experts × (R × C)], shared [R,C] → [experts · R, C]: own_e ⊙ shared.</summary>
    public static Tensor StackProduct(this Graph g, Parameter own, Parameter shared, Dispatch dispatch) => Form(g, own, shared, dispatch, product: true);

    /// <summary>Own [experts × (R × C)], shared [R,C] → [experts · R, C]: own_e + shared.</summary>
    public static Tensor StackSum(this Graph g, Parameter own, Parameter shared, Dispatch dispatch) => Form(g, own, shared, dispatch, product: false);

    static Tensor Form(Graph g, Parameter own, Parameter shared, Dispatch dispatch, bool product)
    {
        if (!g.Training)
        {
            var formed = g.Formed(own, g.Parameters.Formed.Get(g, own.Index, g.Parameters.Dense.Count, own.Length, new Maker(own, shared, product)));
            g.Listener?.Heard(product ? nameof(StackProduct) : nameof(StackSum), formed, own, shared);
            return formed;
        }

        var (a, b) = (g.Use(own), g.Use(shared));
        var y = g.New(own.Rows, own.Cols, g.NeedsGrad(a) || g.NeedsGrad(b));
        g.Pool.For(Parts(b.Length), new Forward(g.Values(a), g.Values(b), g.Values(y), dispatch, product));
        g.Record(
            static (g, in s) => g.Pool.For(
                Parts(s.B.Length), new Back(g.Values(s.A), g.Values(s.B), g.Grads(s.Out), g.Grads(s.A), g.Grads(s.B), (Dispatch)s.Aux!, s.I == 1)),
            y, a, b, product ? 1 : 0, 0, dispatch);
        return y;
    }

    static int Parts(int length) => (length + Length - 1) / Length;

    readonly struct Maker(Parameter own, Parameter shared, bool product) : IWeightMaker
    {
        public void Make(Graph g, Block<Real> target) =>
            g.Pool.For(Parts(shared.Length), new Forward(g.Parameters.Block(own), g.Parameters.Block(shared), target, null, product));
    }

    /// <summary>Part p: a range of the shared part, with every expert; without a dispatch, with all of them.</summary>
    readonly struct Forward(Block<Real> own, Block<Real> shared, Block<Real> y, Dispatch? dispatch, bool product) : IParallelBody
    {
        public void Run(int part)
        {
            var first = part * Length;
            var common = shared.Slice(first, Math.Min(Length, shared.Length - first));
            for (var e = 0; e < own.Length / shared.Length; e++)
            {
                if (dispatch?.Count(e) == 0) continue;
                var target = y.Slice(e * shared.Length + first, common.Length);
                var mine = own.Slice(e * shared.Length + first, common.Length);
                if (product)
                {
                    Vectors.Multiply(mine, common, target);
                    continue;
                }

                mine.CopyTo(target);
                Vectors.Add(common, target);
            }
        }
    }

    /// <summary>Experts in ascending order, so that the shared part's sum does not depend on the workers.</summary>
    readonly struct Back(Block<Real> own, Block<Real> shared, Block<Real> dy, Block<Real> dOwn, Block<Real> dShared, Dispatch dispatch, bool product)
        : IParallelBody
    {
        public void Run(int part)
        {
            var first = part * Length;
            var common = shared.Slice(first, Math.Min(Length, shared.Length - first));
            var dCommon = dShared.Slice(first, common.Length);
            for (var e = 0; e < dispatch.Experts; e++)
            {
                if (dispatch.Count(e) == 0) continue;
                var at = e * shared.Length + first;
                var gradient = dy.Slice(at, common.Length);
                if (product)
                {
                    Vectors.MultiplyAdd(gradient, common, dOwn.Slice(at, common.Length));
                    Vectors.MultiplyAdd(gradient, own.Slice(at, common.Length), dCommon);
                    continue;
                }

                Vectors.Add(gradient, dOwn.Slice(at, common.Length));
                Vectors.Add(gradient, dCommon);
            }
        }
    }
}
