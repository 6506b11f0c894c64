namespace Switchyard.Data;

/// <summary>Another process is importing the same rows.</summary>
sealed class ImportRunningException : IOException
{
    public ImportRunningException()
    {
    }

    public ImportRunningException(string message)
        : base(message)
    {
    }

    public ImportRunningException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
