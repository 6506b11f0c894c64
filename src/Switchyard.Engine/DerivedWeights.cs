using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>
/// Arrays that are made of a model's dense weights and kept until these change: once per step in training, once per model in scoring,
/// where several threads share them.
/// </summary>
sealed class DerivedWeights
{
    readonly Lock _making = new();
    Entry[] _entries = [];

    /// <summary>The array of a slot, made anew if the weights changed since.</summary>
    /// <param name="g">Whose weights, and who works.</param>
    /// <param name="slot">Number of the array.</param>
    /// <param name="slots">How many there can be.</param>
    /// <param name="length">Numbers in it.</param>
    /// <param name="maker">Writes all of them that are ever read.</param>
    public Block<Real> Get<TMaker>(Graph g, int slot, int slots, int length, in TMaker maker)
        where TMaker : struct, IWeightMaker
    {
        var entries = _entries;
        return slot < entries.Length && entries[slot] is { } entry && entry.Version == g.Parameters.Version ? entry.Block : Make(g, slot, slots, length, maker);
    }

    Block<Real> Make<TMaker>(Graph g, int slot, int slots, int length, in TMaker maker)
        where TMaker : struct, IWeightMaker
    {
        lock (_making)
        {
            if (slot >= _entries.Length) Array.Resize(ref _entries, slots);
            var entry = _entries[slot] ?? new Entry { Data = LargeArray.Uninitialized<Real>(length) };
            if (entry.Version != g.Parameters.Version)
            {
                maker.Make(g, entry.Block);
                entry.Version = g.Parameters.Version;
            }

            // Published last: a reader without the lock sees either the old array or the finished one.
            Volatile.Write(ref _entries[slot]!, entry);
            return entry.Block;
        }
    }

    sealed class Entry
    {
        int _version;

        public required Real[] Data { get; init; }

        public Block<Real> Block => new(Data, 0, Data.Length);

        public int Version
        {
            get => Volatile.Read(ref _version);
            set => Volatile.Write(ref _version, value);
        }
    }
}

/// <summary>Fills an array from the dense weights.</summary>
interface IWeightMaker
{
    void Make(Graph g, Block<Real> target);
}
