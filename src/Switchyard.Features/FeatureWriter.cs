namespace Switchyard.Features;

/// <summary>Gathers rows in a table beside the store's, and moves them over in one transaction.</summary>
abstract class FeatureWriter : IDisposable
{
    private protected const string Gathered = "switchyard_gathered";

    private protected FeatureWriter(string table, string key, IReadOnlyList<string> columns)
    {
        Table = table;
        Key = FeatureTables.Quoted(key);
        Columns = [.. columns.Select(FeatureTables.Quoted)];
    }

    /// <summary>The store's table, quoted.</summary>
    private protected string Table { get; }

    /// <summary>Column of the key, quoted.</summary>
    private protected string Key { get; }

    /// <summary>The other columns, quoted.</summary>
    private protected string[] Columns { get; }

    /// <summary>Gathers a row.</summary>
    public abstract void Add(string key, IReadOnlyList<string?> values);

    /// <summary>Changes the store.</summary>
    /// <returns>Keys gathered, how many of them the store had, and how many it had in all.</returns>
    public abstract (long Keys, long Common, long Before) Commit(bool replace);

    public abstract void Dispose();

    /// <summary>The three counts, of a table of gathered rows with a column k.</summary>
    private protected string Counts(string keyOfGathered) =>
        $"SELECT (SELECT count(*) FROM {Gathered}), (SELECT count(*) FROM {Gathered} g JOIN {Table} t ON t.{Key} = {keyOfGathered}), (SELECT count(*) FROM {Table})";

    /// <summary>What an upsert does with a key that is there.</summary>
    private protected string OnConflict =>
        $"ON CONFLICT ({Key}) DO UPDATE SET {string.Join(", ", Columns.Select(c => $"{c} = excluded.{c}"))}";

    /// <summary>Columns of the gathered rows: c0, c1, ….</summary>
    private protected IEnumerable<string> GatheredColumns => Columns.Select((_, i) => $"c{i}");
}
