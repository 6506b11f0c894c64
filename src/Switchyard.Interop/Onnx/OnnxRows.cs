using Switchyard.Data;

namespace Switchyard.Interop;

/// <summary>Values of one input of an exported model.</summary>
/// <param name="Name">The input's name.</param>
/// <param name="Dims">Its dimensions: rows first.</param>
/// <param name="Ids">Whole numbers, row-major; null where the input takes <paramref name="Numbers"/>.</param>
/// <param name="Numbers">Floating-point numbers, row-major.</param>
public sealed record OnnxInput(string Name, IReadOnlyList<int> Dims, long[]? Ids, float[]? Numbers);

/// <summary>Encoded rows in the form that an exported model reads.</summary>
public static class OnnxRows
{
    /// <summary>Stands for a value that a row does not have, where it has any number of them.</summary>
    const long Missing = -1;

    /// <summary>The rows of a batch, as values of the inputs named.</summary>
    /// <param name="batch">Encoded rows, at least one.</param>
    /// <param name="inputs">Names of the exported model's inputs.</param>
    /// <exception cref="ArgumentException">The batch has no field or level of such a name.</exception>
    public static OnnxInput[] Of(Batch batch, IEnumerable<string> inputs)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(inputs);
        var schema = batch.Schema;
        var sources = new Dictionary<string, Func<string, OnnxInput>>(StringComparer.Ordinal);
        for (var f = 0; f < schema.Fields.Length; f++)
        {
            var field = f;
            sources[OnnxOps.NameOf(schema.Fields[f])] = name => Field(batch, field, name);
        }

        for (var l = 0; l < schema.Levels.Length; l++)
        {
            var nodes = batch.Nodes(l);
            sources[OnnxConversion.NameOf(schema.Levels[l])] = name => new OnnxInput(name, [batch.Count], Widened(nodes, batch.Count), null);
        }

        return [.. inputs.Select(i => sources.TryGetValue(i, out var source) ? source(i) : throw new ArgumentException($"These rows have nothing for the input '{i}'.", nameof(inputs)))];
    }

    static OnnxInput Field(Batch batch, int field, string name) => batch.Schema.Fields[field] switch
    {
        { Kind: FieldKind.Number } => new OnnxInput(name, [batch.Count, OnnxOps.NumberWidth], null, batch.Numbers(field)[..(batch.Count * OnnxOps.NumberWidth)]),
        { HasItems: true } => Items(batch, field, name),
        _ => new OnnxInput(name, [batch.Count], Widened(batch.Ids(field), batch.Count), null),
    };

    /// <summary>As many places as the longest row needs, and one at least.</summary>
    static OnnxInput Items(Batch batch, int field, string name)
    {
        var (ids, offsets) = (batch.Ids(field), batch.Offsets(field));
        var places = 1;
        for (var row = 0; row < batch.Count; row++) places = Math.Max(places, offsets[row + 1] - offsets[row]);
        var padded = new long[batch.Count * places];
        Array.Fill(padded, Missing);
        for (var row = 0; row < batch.Count; row++)
        {
            for (var i = offsets[row]; i < offsets[row + 1]; i++) padded[(row * places) + i - offsets[row]] = ids[i];
        }

        return new OnnxInput(name, [batch.Count, places], padded, null);
    }

    static long[] Widened(int[] values, int count) => [.. values.Take(count).Select(v => (long)v)];
}
