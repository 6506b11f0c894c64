namespace Switchyard.Serving;

/// <summary>What is wrong with a request.</summary>
public enum RequestError
{
    /// <summary>The model's data have no such column.</summary>
    UnknownColumn,

    /// <summary>A column is given twice: by one item, or for the whole request and again by an item.</summary>
    RepeatedColumn,

    /// <summary>The value of a numeric field is no number.</summary>
    NotANumber,

    /// <summary>A value inside a list contains the field's separator, which would divide it.</summary>
    DividedValue,

    /// <summary>A scenario that training has not seen, where such are refused.</summary>
    UnknownScenario,

    /// <summary>A value of a field with several has more than <see cref="RankRequest.MostValues"/>.</summary>
    TooManyValues,

    /// <summary>There are more items than a request to this model has room for.</summary>
    TooManyItems,

    /// <summary>A value cannot be used for another reason.</summary>
    WrongValue,

    /// <summary>The text is no JSON.</summary>
    MalformedJson,

    /// <summary>A value of the JSON is of another type than the one that belongs there.</summary>
    WrongType,

    /// <summary>A request has no such property.</summary>
    UnknownProperty,

    /// <summary>A property is missing without which there is no request.</summary>
    MissingProperty,

    /// <summary>A property is given twice.</summary>
    DuplicateProperty,

    /// <summary>A level of the scenario is not given, not even as missing.</summary>
    MissingScenario,
}

/// <summary>A request cannot be scored: what is wrong, and at which item and column. The message says what, where and what to do.</summary>
public sealed class RequestException : Exception
{
    public RequestException()
    {
    }

    public RequestException(string message) : base(message)
    {
    }

    public RequestException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <param name="error">What is wrong.</param>
    /// <param name="item">Index of the item, or <see cref="RankRequest.Shared"/>.</param>
    /// <param name="column">The column.</param>
    /// <param name="message">One line: what, where, what to do. It may repeat a value of the request.</param>
    public RequestException(RequestError error, int item, string column, string message) : base(message) => (Error, Item, Column) = (error, item, column);

    /// <param name="error">What is wrong with the text of a request.</param>
    /// <param name="message">One line: what, where, what to do. It may repeat a value of the request.</param>
    /// <param name="pointer">JSON pointer (RFC 6901) to the place; null where it is not about one.</param>
    public RequestException(RequestError error, string message, string? pointer = null) : base(message) => (Error, Pointer) = (error, pointer);

    public RequestError Error { get; } = RequestError.WrongValue;

    /// <summary>Index of the item; <see cref="RankRequest.Shared"/> where the whole request gives the value.</summary>
    public int Item { get; } = RankRequest.Shared;

    public string Column { get; } = "";

    /// <summary>JSON pointer (RFC 6901) to the place in the request's text; null where it was not read from one, or it is not about one.</summary>
    public string? Pointer { get; private init; }

    /// <summary>The message and, where it is known, the place in the request's text.</summary>
    internal string Sentence => string.IsNullOrEmpty(Pointer) ? Message : $"{Message} ({Pointer} of the request)";

    /// <summary>The same, at a place in the request's text.</summary>
    internal RequestException At(string pointer) => new(Error, Item, Column, Message) { Pointer = pointer };
}
