namespace Switchyard.Data;

/// <summary>Keys of a source that do not go together.</summary>
static class SourceChecks
{
    /// <summary>What is wrong with a source; null where nothing is.</summary>
    public static string? Mistake(SourceSpec source) => source switch
    {
        { Query: null, Connection: not null } => "'connection' needs a 'query': the SELECT whose rows are read.",
        { Path: null, Query: null } => "name a file with 'path', or a database with 'query' and 'connection'.",
        { Path: null, Connection: null } => "'query' needs a database: 'path' for a SQLite file, or 'connection' for PostgreSQL.",
        { Path: not null, Connection: not null } => "'path' names a SQLite database and 'connection' a PostgreSQL one; keep one of them.",
        { Path: "" } => "the path is empty.",
        { Query: { } query } when string.IsNullOrWhiteSpace(query) => "the query is empty.",
        { Connection: { } name } when !IsVariable(name) =>
            "'connection' is the name of an environment variable that holds the connection string, for example CLICKS_DB; the string itself does not belong into a configuration.",
        { Query: not null, Path: SourceFiles.StandardInput } => "a database cannot be read from standard input; name its file.",
        { Query: not null, Path: { } path } when path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) => "a packed database cannot be queried; unpack it first (gunzip).",
        { Query: not null, Format: not null } => "'format' is for text files; drop it, or drop 'query'.",
        { Query: not null, Separator: not null } => "'separator' is for CSV files; a query has none.",
        { Query: not null, Columns.IsEmpty: false } => "'columns' is for text files; name the columns in the query.",
        { Query: null, Path: { } path } when SourceFiles.IsDatabase(path) => "a SQLite database needs a 'query', for example \"select * from clicks order by id\".",
        { Separator: { } separator } when !char.IsAscii(separator) => $"separator '{separator}' must be an ASCII character.",
        { Separator: '"' or '\r' or '\n' } => "a quotation mark or a line break cannot separate values.",
        { Separator: not null } when SourceFiles.FormatOf(source) == SourceFormat.Jsonl => "'separator' is for CSV files; JSON Lines have none.",
        { Part: not null, JoinOn.IsEmpty: false } => "it has both part and join_on. A joined source adds columns to the rows of all parts; drop part.",
        _ => null,
    };

    /// <summary>The text can be the name of an environment variable.</summary>
    public static bool IsVariable(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
