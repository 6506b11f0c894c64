namespace Switchyard.Features;

/// <summary>A feature store cannot answer now, and the cache holds nothing that may stand in; a later request may succeed.</summary>
public sealed class FeatureStoreUnavailableException : Exception
{
    public FeatureStoreUnavailableException()
    {
    }

    public FeatureStoreUnavailableException(string message) : base(message)
    {
    }

    public FeatureStoreUnavailableException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>When to ask again at the earliest.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
