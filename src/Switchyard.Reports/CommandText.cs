using System.Text.RegularExpressions;

namespace Switchyard.Reports;

/// <summary>A command as one can give it to a shell again.</summary>
public static partial class CommandText
{
    /// <summary>The words with spaces between them; in the quotes of the system's shell what it would read otherwise.</summary>
    /// <param name="words">The program and its arguments.</param>
    public static string Of(IEnumerable<string> words) => Of(words, OperatingSystem.IsWindows());

    internal static string Of(IEnumerable<string> words, bool isWindows)
    {
        ArgumentNullException.ThrowIfNull(words);
        return string.Join(' ', words.Select(w => Plain().IsMatch(w) && (isWindows || !w.Contains('\\', StringComparison.Ordinal)) ? w : Quoted(w, isWindows)));
    }

    static string Quoted(string word, bool isWindows) => isWindows
        ? $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\""
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"\A[\w@%+=:,./\\-]+\z")]
    private static partial Regex Plain();
}
