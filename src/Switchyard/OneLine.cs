namespace Switchyard;

/// <summary>
/// Messages quote what a file holds, and a file may hold anything: line breaks, sequences that move a terminal's cursor, a megabyte
/// without a separator. What is printed is one line that can be read.
/// </summary>
public static class OneLine
{
    /// <summary>Longest line; of a longer message the middle goes, for it begins with the place and ends with what to do.</summary>
    public const int Longest = 2000;

    const int End = 500;
    const string Gap = " […] ";
    const char Replacement = '\uFFFD';

    /// <summary>The text with a space for a line break and U+FFFD for any other control character, shortened where it is too long.</summary>
    public static string Of(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var line = message.ReplaceLineEndings(" ");
        if (line.Length > Longest) line = string.Concat(line.AsSpan(0, Longest - End - Gap.Length), Gap, line.AsSpan(line.Length - End));
        return line.Any(char.IsControl) ? string.Create(line.Length, line, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(text[i]) ? Replacement : text[i];
        }) : line;
    }
}
