namespace Switchyard.Data;

/// <summary>The character that stands between the items of a list, by column: where a source has lists, they become multi-value text.</summary>
sealed class ListSeparators
{
    /// <summary>No field says otherwise: every list is written with a field's default separator.</summary>
    public static readonly ListSeparators None = new([]);

    const byte Default = (byte)'|';

    readonly Dictionary<string, byte> _byColumn = new(StringComparer.Ordinal);

    ListSeparators(IEnumerable<(string Column, char Separator)> fields)
    {
        // Two fields on one column have the same, or the specification is refused.
        foreach (var (column, separator) in fields) _byColumn.TryAdd(column, (byte)separator);
    }

    /// <summary>Those of the fields with several values.</summary>
    public static ListSeparators Of(DataSpec spec) =>
        new(spec.Fields.Where(f => f.Type is FieldType.MultiValue or FieldType.Sequence).Select(f => (f.Column ?? f.Name, f.Separator)));

    /// <summary>Those a trained model reads.</summary>
    public static ListSeparators Of(Schema schema) =>
        new(schema.Fields.Where(f => f.Encoder is ItemsEncoder).Select(f => (f.Column, ((ItemsEncoder)f.Encoder).Separator)));

    /// <summary>Separator of each column.</summary>
    public byte[] For(IReadOnlyList<string> columns) => [.. columns.Select(c => _byColumn.GetValueOrDefault(c, Default))];
}
