namespace Switchyard.Data;

/// <summary>Cuts what a message quotes of somebody's text, which may have any length.</summary>
public static class Excerpt
{
    const int Most = 64;

    /// <summary>A text of at most 64 characters as it is, and of a longer one the beginning and "…".</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= Most) return text;
        // Not between the halves of a character.
        return $"{text[..(char.IsHighSurrogate(text[Most - 1]) ? Most - 1 : Most)]}…";
    }
}
