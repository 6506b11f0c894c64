using System.Data;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Npgsql;
using Npgsql.PostgresTypes;
using NpgsqlTypes;
using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>An entity of a PostgreSQL store: its query, and how keys are sent and values read, by their types.</summary>
sealed class PostgresEntity
{
    readonly KeyType _keyType;
    readonly PostgresType[] _types;
    readonly byte _separator;

    PostgresEntity(FeatureEntity entity, KeyType keyType, PostgresType[] types, byte separator)
    {
        Entity = entity;
        _keyType = keyType;
        _types = types;
        _separator = separator;
        var key = FeatureTables.Quoted(entity.Key);
        // The key comes back as text, whatever its type: the where clause still uses its index.
        Query = $"SELECT {key}::text, {string.Join(", ", entity.Columns.Select(FeatureTables.Quoted))} FROM {entity.Table} WHERE {key} = ANY($1)";
    }

    enum KeyType { Text, Integer, Uuid }

    public FeatureEntity Entity { get; }

    public string Query { get; }

    /// <exception cref="InputException">There is no such table, or its columns cannot be read.</exception>
    public static async Task<PostgresEntity> ReadAsync(NpgsqlConnection connection, FeatureEntityOptions options, int index, string store, CancellationToken cancellation)
    {
        var table = PostgresTables.Quoted(options.Table ?? options.Name);
        var columns = await PostgresTables.ColumnsAsync(connection, table, cancellation).ConfigureAwait(false);
        var names = columns.Count > 0 ? [] : await PostgresTables.NamesAsync(connection, cancellation).ConfigureAwait(false);
        var entity = FeatureTables.Entity(options, index, store, columns, names, table);
        using var command = new NpgsqlCommand($"SELECT {string.Join(", ", entity.Columns.Prepend(entity.Key).Select(FeatureTables.Quoted))} FROM {table} LIMIT 0", connection);
        var reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly, cancellation).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var types = Enumerable.Range(0, reader.FieldCount).Select(reader.GetPostgresType).ToArray();
        for (var i = 1; i < types.Length; i++)
        {
            if (PostgresText.For(types[i], (byte)options.Separator) is null)
                throw new InputException($"Feature store {store}, entity '{entity.Name}': column '{entity.Columns[i - 1]}' holds bytes (bytea), which are no value of a row. Leave it out with 'columns'.");
        }

        return new PostgresEntity(entity, TypeOfKey(types[0], entity, store), types[1..], (byte)options.Separator);
    }

    /// <summary>A text that a server would take: it refuses a whole question for one that holds a zero.</summary>
    public static bool CanBeKey(ReadOnlySpan<byte> key) => !key.IsEmpty && !key.Contains((byte)0) && Utf8.IsValid(key);

    /// <summary>The keys as the server compares them; null where none can be one.</summary>
    public NpgsqlParameter? Parameter(IReadOnlyCollection<string> keys)
    {
        return _keyType switch
        {
            KeyType.Integer => Of<long>([.. keys.Where(k => long.TryParse(k, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)).Select(k => long.Parse(k, CultureInfo.InvariantCulture))], NpgsqlDbType.Bigint),
            KeyType.Uuid => Of<Guid>([.. keys.Where(k => Guid.TryParseExact(k, "D", out _)).Select(Guid.Parse)], NpgsqlDbType.Uuid),
            _ => Of<string>([.. keys], NpgsqlDbType.Text),
        };

        static NpgsqlParameter? Of<T>(T[] values, NpgsqlDbType type) =>
            values.Length == 0 ? null : new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }

    public RowsReader CreateReader() => new(_types, _separator);

    static KeyType TypeOfKey(PostgresType type, FeatureEntity entity, string store) => (type is PostgresDomainType domain ? domain.BaseType : type).InternalName switch
    {
        "text" or "varchar" or "bpchar" => KeyType.Text,
        "int2" or "int4" or "int8" => KeyType.Integer,
        "uuid" => KeyType.Uuid,
        var other => throw new InputException(
            $"Feature store {store}, entity '{entity.Name}': key '{entity.Key}' is of type {other}, and keys are text, whole numbers or uuid. Make a view with {entity.Key}::text, and an index on that."),
    };

    /// <summary>Turns the answer's rows into rows of the store; for one lookup.</summary>
    public sealed class RowsReader(PostgresType[] types, byte separator)
    {
        // An array is read through a buffer of its own, which two lookups at a time must not share.
        readonly PostgresText[] _texts = [.. types.Select(t => PostgresText.For(t, separator)!)];
        readonly RowCells _cells = new(types.Length);
        byte[] _value = new byte[256];

        /// <summary>Reads the current row.</summary>
        public void Read(NpgsqlDataReader reader, Dictionary<string, FeatureRow> found)
        {
            var key = Encoding.UTF8.GetString(Value(reader, 0));
            // Where the column holds numbers, 042 has found 42.
            if (!found.ContainsKey(key)) return;
            _cells.Clear();
            for (var i = 0; i < _texts.Length; i++)
            {
                if (reader.IsDBNull(i + 1)) continue;
                try
                {
                    _texts[i].Write(Value(reader, i + 1), _cells, i);
                }
                catch (FormatException)
                {
                    // An array that is no list of values is a missing value.
                    _cells.Clear(i);
                }
            }

            if (_cells.AreText) found[key] = FeatureRow.From(_cells, 0, _texts.Length);
        }

        ReadOnlySpan<byte> Value(NpgsqlDataReader reader, int column)
        {
            var length = (int)reader.GetBytes(column, 0, null, 0, 0);
            if (_value.Length < length) _value = new byte[2 * length];
            reader.GetBytes(column, 0, _value, 0, length);
            return _value.AsSpan(0, length);
        }
    }
}
