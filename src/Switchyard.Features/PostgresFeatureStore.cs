using System.Collections.Immutable;
using System.Data;
using System.Text;
using Npgsql;
using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>
/// Rows of PostgreSQL tables or views by their keys: pooled connections, prepared statements, one question for all keys of a lookup.
/// Values have the text that an import of the same query would have read.
/// </summary>
sealed class PostgresFeatureStore : IFeatureStore
{
    readonly NpgsqlDataSource _source;
    readonly ImmutableArray<PostgresEntity> _entities;

    PostgresFeatureStore(NpgsqlDataSource source, ImmutableArray<PostgresEntity> entities)
    {
        _source = source;
        _entities = entities;
        Entities = [.. entities.Select(e => e.Entity)];
    }

    public ImmutableArray<FeatureEntity> Entities { get; }

    /// <exception cref="InputException">The connection string is wrong, or the server does not have the entities.</exception>
    /// <exception cref="FeatureStoreUnavailableException">The server cannot be reached now.</exception>
    public static async Task<PostgresFeatureStore> OpenAsync(string variable, FeatureStoreOptions options, CancellationToken cancellation)
    {
        var source = PostgresTables.Source(variable);
        try
        {
            var entities = ImmutableArray.CreateBuilder<PostgresEntity>();
            var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                for (var i = 0; i < options.Entities.Length; i++)
                    entities.Add(await PostgresEntity.ReadAsync(connection, options.Entities[i], i, $"in {variable}", cancellation).ConfigureAwait(false));
            }

            return new PostgresFeatureStore(source, entities.ToImmutable());
        }
        catch (Exception e)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            if (e is PostgresException && !PostgresTables.IsPassing(e)) throw new InputException($"Feature store in {variable}: the server reports: {PostgresConnection.Reason(e)}.", e);
            if (e is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException) throw new FeatureStoreUnavailableException(PostgresConnection.Unreachable(variable, e).Message, e);
            if (PostgresConnection.IsOfOpening(e)) throw PostgresConnection.Unreachable(variable, e);
            throw;
        }
    }

    public async ValueTask LookupAsync(FeatureRows rows, CancellationToken cancellation = default)
    {
        var entity = _entities[rows.Entity.Index];
        var keys = new Dictionary<string, FeatureRow>(rows.Count, StringComparer.Ordinal);
        for (var i = 0; i < rows.Count; i++)
        {
            if (PostgresEntity.CanBeKey(rows.Key(i))) keys.TryAdd(Encoding.UTF8.GetString(rows.Key(i)), FeatureRow.Unknown());
        }

        if (entity.Parameter(keys.Keys) is { } parameter)
        {
            try
            {
                await AskAsync(entity, parameter, keys, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (PostgresTables.IsLost(e) && !cancellation.IsCancellationRequested)
            {
                // The server may have been restarted, and the pool hold connections to what was before: once more, with a new one.
                _source.Clear();
                await AskAsync(entity, entity.Parameter(keys.Keys)!, keys, cancellation).ConfigureAwait(false);
            }
        }

        for (var i = 0; i < rows.Count; i++)
            rows.Set(i, PostgresEntity.CanBeKey(rows.Key(i)) ? keys[Encoding.UTF8.GetString(rows.Key(i))] : FeatureRow.Unknown());
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    async Task AskAsync(PostgresEntity entity, NpgsqlParameter keys, Dictionary<string, FeatureRow> found, CancellationToken cancellation)
    {
        var connection = await _source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        using var command = new NpgsqlCommand(entity.Query, connection) { AllResultTypesAreUnknown = true, Parameters = { keys } };
        // Sent once; the connection remembers it.
        await command.PrepareAsync(cancellation).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var row = entity.CreateReader();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) row.Read(reader, found);
    }
}
