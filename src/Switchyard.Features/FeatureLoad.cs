using Microsoft.Data.Sqlite;
using Npgsql;
using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>What to load, and where to.</summary>
public sealed record FeatureLoadOptions
{
    /// <summary>The rows: a text file, also packed, or a query.</summary>
    public required SourceSpec Source { get; init; }

    /// <summary>Name of the entity; also of its table.</summary>
    public required string Entity { get; init; }

    /// <summary>Column that holds the key.</summary>
    public required string Key { get; init; }

    /// <summary>File of a SQLite store, made where there is none; or null.</summary>
    public string? Path { get; init; }

    /// <summary>Environment variable with the connection string of a PostgreSQL store; or null.</summary>
    public string? Connection { get; init; }

    /// <summary>Take away what the rows do not have. Default: other keys, and columns that the rows do not have, stay as they are.</summary>
    public bool Replace { get; init; }

    /// <summary>The model that is to read the values: lists of JSON are written with its fields' separators. Default: with |.</summary>
    public Schema? Schema { get; init; }
}

/// <summary>What a load did.</summary>
/// <param name="Rows">Rows read.</param>
/// <param name="Keys">Different keys among them.</param>
/// <param name="WithoutKey">Rows left out because their key is empty.</param>
/// <param name="Added">Keys that the store did not have.</param>
/// <param name="Updated">Keys that it had.</param>
/// <param name="Removed">Keys taken away by a replacement.</param>
/// <param name="Total">Keys that it has now.</param>
public sealed record FeatureLoadSummary(long Rows, long Keys, long WithoutKey, long Added, long Updated, long Removed, long Total)
{
    /// <summary>Rows whose key a later row had again; the last one counts.</summary>
    public long Duplicates => Rows - WithoutKey - Keys;
}

/// <summary>Loads rows into a feature store: all of them or, where it is stopped or killed, none.</summary>
public static class FeatureLoad
{
    const int ProgressRows = 10_000;

    /// <summary>Reads the rows, then changes the store at once.</summary>
    /// <param name="options">What to load.</param>
    /// <param name="baseDirectory">Folder that relative paths start from.</param>
    /// <param name="progress">Hears of every ten thousand rows.</param>
    /// <param name="cancellation">Ends the load; the store stays as it was.</param>
    /// <exception cref="InputException">The rows cannot be read, or the store not be written.</exception>
    public static FeatureLoadSummary Load(FeatureLoadOptions options, string baseDirectory, IProgress<ImportProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(baseDirectory);
        if (string.IsNullOrWhiteSpace(options.Entity)) throw new InputException("The entity has no name; give one, for example item.");
        using var rows = RowReader.Open(options.Source, baseDirectory, options.Schema, cancellation);
        var key = rows.Columns.Require(options.Key);
        // A column without a name can stand in a file, but nothing can ask for it.
        int[] columns = [.. Enumerable.Range(0, rows.Header.Count).Where(c => c != key && rows.Header[c].Length > 0)];
        if (columns.Length == 0) throw new InputException($"{rows.File}: there is no column besides the key '{options.Key}'.");
        string[] names = [.. columns.Select(c => rows.Header[c])];
        var store = options.Connection is { } variable ? $"in {variable}" : options.Path ?? throw new ArgumentException("Name a file or a connection.", nameof(options));
        try
        {
            using FeatureWriter writer = options.Connection is { } connection
                ? new PostgresFeatureWriter(connection, options.Entity, options.Key, names, cancellation)
                : new SqliteFeatureWriter(System.IO.Path.GetFullPath(store, baseDirectory), options.Entity, options.Key, names);
            return Write(rows, key, columns, writer, options.Replace, progress, cancellation);
        }
        catch (SqliteException e)
        {
            throw new InputException($"Feature store {store}: {SqliteText.Reason(e)}. It is as it was before.", e);
        }
        catch (Exception e) when (e is NpgsqlException or IOException && options.Connection is not null)
        {
            throw new InputException($"Feature store {store}: the server reports: {PostgresConnection.Reason(e)}. It is as it was before.", e);
        }
    }

    static FeatureLoadSummary Write(
        RowReader rows, int key, int[] columns, FeatureWriter writer, bool replace, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        var values = new string?[columns.Length];
        long read = 0, withoutKey = 0;
        while (rows.Read())
        {
            if (++read % ProgressRows == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(new ImportProgress(ImportStage.Reading, read, null));
            }

            if (rows[key].IsEmpty)
            {
                withoutKey++;
                continue;
            }

            if (rows[key].Length > FeatureStore.MaxKeyBytes)
                throw new InputException($"{rows.Place}: the key has {rows[key].Length} bytes, and keys have at most {FeatureStore.MaxKeyBytes}. Shorten it, or load another column as the key.");
            for (var i = 0; i < columns.Length; i++) values[i] = rows[columns[i]].IsEmpty ? null : rows.Text(columns[i]);
            writer.Add(rows.Text(key), values);
        }

        cancellation.ThrowIfCancellationRequested();
        var (keys, common, before) = writer.Commit(replace);
        return new FeatureLoadSummary(read, keys, withoutKey, keys - common, common, replace ? before - common : 0, replace ? keys : before + keys - common);
    }
}
