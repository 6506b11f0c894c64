using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>One column of a table of features.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsKey">It alone is the table's primary key.</param>
/// <param name="Type">Its type, as the database writes it.</param>
readonly record struct TableColumn(string Name, bool IsKey, string Type);

/// <summary>What the options say about an entity, with what its table has.</summary>
static class FeatureTables
{
    /// <summary>A name in a statement, whatever it holds.</summary>
    public static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <param name="options">The entity as configured.</param>
    /// <param name="index">Its place among the store's entities.</param>
    /// <param name="store">Name of the store in messages.</param>
    /// <param name="columns">What its table has; none: there is no table.</param>
    /// <param name="tables">Names of all tables, for messages.</param>
    /// <param name="quoted">Its table in the store's own quotes.</param>
    /// <exception cref="InputException">The table, its key or a column is missing.</exception>
    public static FeatureEntity Entity(
        FeatureEntityOptions options, int index, string store, IReadOnlyList<TableColumn> columns, IEnumerable<string> tables, string quoted)
    {
        var table = options.Table ?? options.Name;
        var place = $"Feature store {store}, entity '{options.Name}'";
        if (columns.Count == 0) throw new InputException($"{place}: there is no table or view '{table}'.{Suggestion.For(table, tables)}");
        var names = columns.Select(c => c.Name).ToArray();
        var key = options.Key ?? columns.FirstOrDefault(c => c.IsKey).Name
            ?? throw new InputException($"{place}: table '{table}' has no primary key of one column; name the column that holds the key with 'key'.{Suggestion.For("", names)}");
        foreach (var name in options.Columns.Prepend(key))
        {
            if (!names.Contains(name, StringComparer.Ordinal))
                throw new InputException($"{place}: table '{table}' has no column '{name}'.{Suggestion.For(name, names)}");
        }

        if (options.Columns.GroupBy(c => c, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { Key: var twice })
            throw new InputException($"{place}: column '{twice}' is named twice; remove one of the two.");
        string[] read = options.Columns.IsEmpty ? [.. names.Where(n => n != key)] : [.. options.Columns];
        if (read.Length == 0) throw new InputException($"{place}: table '{table}' has no column besides its key '{key}'.");
        return new FeatureEntity(options.Name, index, options.Side, options.Column ?? key, quoted, key, [.. read]);
    }

    /// <summary>Checks that a table can be loaded by a key.</summary>
    /// <exception cref="InputException">Its key is another column.</exception>
    public static void CheckKey(string table, string key, IReadOnlyList<TableColumn> columns)
    {
        if (columns.Any(c => c.IsKey && c.Name == key)) return;
        var name = columns.FirstOrDefault(c => c.IsKey).Name;
        throw new InputException(name is null
            ? $"Entity '{table}': its table in the store has no primary key of one column, so it cannot be loaded. Load another entity, or give the table one."
            : $"Entity '{table}': its key in the store is '{name}', not '{key}'. Load it by that column, or as another entity.");
    }
}
