namespace Switchyard.Data;

/// <summary>
/// Something the user gave (file, configuration, command) cannot be used. The message says what, where and what to do;
/// it is shown without a stack trace.
/// </summary>
public sealed class InputException : Exception
{
    public InputException()
    {
    }

    public InputException(string message) : base(message)
    {
    }

    public InputException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
