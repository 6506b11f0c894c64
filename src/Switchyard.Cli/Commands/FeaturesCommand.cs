using System.CommandLine;
using System.Globalization;
using System.Text;
using Switchyard.Data;
using Switchyard.Features;
using Switchyard.Models;

namespace Switchyard.Cli;

/// <summary><c>switchyard features</c>: fills and shows the store from which serving takes the fields that a request does not carry.</summary>
static class FeaturesCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var command = new ExampleCommand(
            "features",
            "Fill and show a feature store: fields of items and users by their ids, for serve (docs/features.md).",
            "switchyard features load items.csv --entity item --key item_id --store features.db",
            "switchyard features show --store features.db --entity item --key 42");
        command.Subcommands.Add(Load(console, cancellation));
        command.Subcommands.Add(Show(console, cancellation));
        return command;
    }

    static ExampleCommand Load(ConsoleOutput console, CancellationToken cancellation)
    {
        var input = new Argument<string>("file")
        {
            Description = "CSV, TSV or JSON Lines (also .gz) with a row per key; - is standard input.",
        };
        var entity = new Option<string>("--entity") { Description = "Name of what the rows describe, for example item or user; also the name of its table.", HelpName = "name", Required = true };
        var key = new Option<string>("--key") { Description = "Column that holds the id.", HelpName = "column", Required = true };
        var (store, connection) = Stores();
        var replace = new Option<bool>("--replace") { Description = "Take away ids that the file does not have. Default: they stay, and ids of the file are added or updated." };
        var separator = new Option<string?>("--separator") { Description = "Character between values of a CSV; tab for a tab. Default: tab for .tsv, comma otherwise.", HelpName = "character" };
        var model = new Option<string?>("--model") { Description = "Bundle of the model that reads the values: lists of JSON are written with its fields' separators. Default: with |.", HelpName = "folder" };
        var command = new ExampleCommand(
            "load",
            "Add or update the rows of a file: all of them or, where it is stopped, none. Of rows with the same id the last counts.",
            "switchyard features load items.csv --entity item --key item_id --store features.db",
            "zcat users.csv.gz | switchyard features load - --entity user --key user_id --connection FEATURES_DB --replace")
        {
            input, entity, key, store, connection, replace, separator, model,
        };
        command.SetAction(result => console.Run(reporter =>
        {
            var (path, variable) = Chosen(result.GetValue(store), result.GetValue(connection));
            var summary = FeatureLoad.Load(
                new FeatureLoadOptions
                {
                    Source = new SourceSpec { Path = result.GetRequiredValue(input), Separator = PredictCommand.Separator(result.GetValue(separator)) },
                    Entity = result.GetRequiredValue(entity),
                    Key = result.GetRequiredValue(key),
                    Path = path,
                    Connection = variable,
                    Replace = result.GetValue(replace),
                    Schema = result.GetValue(model) is { } bundle ? ModelBundle.Load(RunSymbols.Resolve(bundle, null, []).Bundle).Ranker.Schema : null,
                },
                Directory.GetCurrentDirectory(), reporter, cancellation);
            if (summary.WithoutKey > 0) reporter.Warning(string.Create(CultureInfo.InvariantCulture, $"rows without {result.GetRequiredValue(key)}, which were left out: {summary.WithoutKey:N0}"));
            if (summary.Duplicates > 0) reporter.Warning(string.Create(CultureInfo.InvariantCulture, $"rows whose {result.GetRequiredValue(key)} a later row has again, which counts: {summary.Duplicates:N0}"));
            reporter.Result(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.GetRequiredValue(entity)}: {summary.Rows:N0} rows read; {summary.Added:N0} ids added, {summary.Updated:N0} updated, {summary.Removed:N0} removed; {summary.Total:N0} in the store"));
        }));
        return command;
    }

    static ExampleCommand Show(ConsoleOutput console, CancellationToken cancellation)
    {
        var (store, connection) = Stores();
        var entity = new Option<string?>("--entity") { Description = "Show one entity. Default: all of them.", HelpName = "name" };
        var key = new Option<string[]>("--key") { Description = "With --entity: show the values of an id. May be given several times.", HelpName = "id", AllowMultipleArgumentsPerToken = false, DefaultValueFactory = _ => [] };
        var command = new ExampleCommand(
            "show",
            "Print the entities of a feature store with their columns and sizes, or the values of an id.",
            "switchyard features show --store features.db",
            "switchyard features show --store features.db --entity item --key 42")
        {
            store, connection, entity, key,
        };
        command.SetAction(result => console.Run(reporter =>
        {
            var (path, variable) = Chosen(result.GetValue(store), result.GetValue(connection));
            var (name, keys) = (result.GetValue(entity), result.GetRequiredValue(key));
            if (keys.Length > 0) reporter.Result(Values(path, variable, name ?? throw new InputException("--key needs --entity: whose id it is."), keys, cancellation).TrimEnd());
            else reporter.Result(Tables(path, variable, name, cancellation).TrimEnd());
        }));
        return command;
    }

    static string Tables(string? path, string? variable, string? entity, CancellationToken cancellation)
    {
        var tables = FeatureContents.ReadAsync(path, variable, cancellation).GetAwaiter().GetResult();
        if (entity is not null && tables.All(t => t.Name != entity))
            throw new InputException($"There is no entity '{entity}' in the store.{Suggestion.For(entity, tables.Select(t => t.Name))}");
        var text = new StringBuilder();
        foreach (var table in tables.Where(t => entity is null || t.Name == entity))
        {
            text.Append(CultureInfo.InvariantCulture, $"{table.Name}: {table.Rows:N0} ids; key {table.Key ?? "– (name one in the configuration)"}\n");
            text.Append("  ").AppendJoin(", ", table.Columns).Append('\n');
        }

        return tables.IsEmpty ? "the store is empty" : text.ToString();
    }

    static string Values(string? path, string? variable, string entity, string[] keys, CancellationToken cancellation) =>
        ValuesAsync(path, variable, entity, keys, cancellation).GetAwaiter().GetResult();

    static async Task<string> ValuesAsync(string? path, string? variable, string entity, string[] keys, CancellationToken cancellation)
    {
        // A person waits longer than a request.
        var options = new FeatureStoreOptions { Path = path, Connection = variable, Entities = [new FeatureEntityOptions { Name = entity }], TimeoutMs = 30_000 };
        var store = await FeatureStore.OpenAsync(options, Directory.GetCurrentDirectory(), cancellation: cancellation).ConfigureAwait(false);
        await using var _ = store.ConfigureAwait(false);
        var rows = new FeatureRows();
        rows.Clear(store.Entities[0]);
        foreach (var key in keys) rows.Add(key);
        try
        {
            await store.LookupAsync(rows, cancellation).ConfigureAwait(false);
        }
        catch (FeatureStoreUnavailableException e)
        {
            throw new InputException(e.Message, e);
        }

        var text = new StringBuilder();
        for (var i = 0; i < keys.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{entity} {keys[i]}{(rows[i] is null ? ": unknown" : "")}\n");
            for (var c = 0; rows[i] is not null && c < store.Entities[0].Columns.Length; c++)
                text.Append(CultureInfo.InvariantCulture, $"  {store.Entities[0].Columns[c]}: {(rows.Value(i, c) is { IsEmpty: false } value ? Encoding.UTF8.GetString(value) : "–")}\n");
        }

        return text.ToString();
    }

    static (Option<string?> Store, Option<string?> Connection) Stores() => (
        new Option<string?>("--store", "-s") { Description = "File of a SQLite store; load makes it where there is none.", HelpName = "file" },
        new Option<string?>("--connection") { Description = "PostgreSQL: environment variable that holds the connection string (Host=…;Database=…;Username=…;Password=…).", HelpName = "variable" });

    static (string? Path, string? Variable) Chosen(string? path, string? variable)
    {
        if ((path is null) == (variable is null)) throw new InputException("Name one store: --store FILE for SQLite, or --connection VARIABLE for PostgreSQL.");
        return (path, variable);
    }
}
