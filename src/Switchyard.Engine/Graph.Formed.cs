namespace Switchyard.Engine;

public sealed partial class Graph
{
    /// <summary>A leaf that is an array made of weights (<see cref="ParameterSet.Formed"/>), for scoring.</summary>
    /// <param name="own">The members' part, by which its panels are found.</param>
    /// <param name="values">The array.</param>
    internal Tensor Formed(Parameter own, Block<Real> values) => Add(new Node { Value = values, Formed = own }, own.Rows, own.Cols);

    /// <summary>What a tensor was made of by <see cref="Formed"/>; null for any other.</summary>
    internal Parameter? FormedOf(Tensor t) => _nodes[t.Id].Formed;
}
