using System.Runtime.InteropServices;

namespace Switchyard.Training;

/// <summary>An auxiliary term of the loss, by name.</summary>
/// <param name="Name">The layer and what is measured there: scenario.0.0.specific.</param>
/// <param name="Value">The term itself: the mean where several tasks go through one layer.</param>
/// <param name="Weighted">What it adds to the loss; 0 where it is only watched.</param>
/// <param name="Terms">Terms of this name.</param>
public readonly record struct LossPart(string Name, double Value, double Weighted, int Terms)
{
    /// <summary>Adds a term to the part of its name. In steady state nothing is allocated.</summary>
    internal static void Add(List<LossPart> parts, string name, double value, double weight)
    {
        var weighted = weight == 0 ? 0 : weight * value;
        foreach (ref var part in CollectionsMarshal.AsSpan(parts))
        {
            if (part.Name != name) continue;
            part = new LossPart(name, part.Value + (value - part.Value) / (part.Terms + 1), part.Weighted + weighted, part.Terms + 1);
            return;
        }

        parts.Add(new LossPart(name, value, weighted, 1));
    }
}
