namespace Switchyard.Testing;

/// <summary>A test against a real PostgreSQL server; skipped where none is installed.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute()
    {
        if (PostgresServer.Missing is { } missing) Skip = missing;
    }
}

/// <summary>Cases against a real PostgreSQL server; skipped where none is installed.</summary>
public sealed class PostgresTheoryAttribute : TheoryAttribute
{
    public PostgresTheoryAttribute()
    {
        if (PostgresServer.Missing is { } missing) Skip = missing;
    }
}

/// <summary>The tests that share one server, one after another and after all others: one measures the memory of the process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}
