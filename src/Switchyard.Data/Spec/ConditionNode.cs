using System.Collections.Immutable;

namespace Switchyard.Data;

enum Comparison { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual }

/// <summary>What a condition's text says.</summary>
abstract record ConditionNode
{
    public abstract ImmutableArray<string> Columns { get; }

    public sealed record Label(string Column) : ConditionNode
    {
        public override ImmutableArray<string> Columns => [Column];
    }

    public sealed record Compare(string Column, Comparison Operator, string Value) : ConditionNode
    {
        public override ImmutableArray<string> Columns => [Column];
    }

    public sealed record In(string Column, ImmutableArray<string> Values, bool Negated) : ConditionNode
    {
        public override ImmutableArray<string> Columns => [Column];
    }

    public sealed record Presence(string Column, bool Present) : ConditionNode
    {
        public override ImmutableArray<string> Columns => [Column];
    }

    /// <summary>hash(columns) mod N; no columns = row mod N. Ranges are inclusive.</summary>
    public sealed record Modulo(ImmutableArray<string> Hashed, ulong Modulus, ImmutableArray<(ulong From, ulong To)> Ranges, bool Negated) : ConditionNode
    {
        public override ImmutableArray<string> Columns => Hashed;

        public bool Contains(ulong remainder)
        {
            foreach (var (from, to) in Ranges)
                if (remainder >= from && remainder <= to)
                    return !Negated;
            return Negated;
        }
    }
}
