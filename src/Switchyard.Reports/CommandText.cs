using System.Text.RegularExpressions;

namespace Switchyard.Reports;

/// <summary>A command as one can give it to a shell again.</summary>
public static partial class CommandText
{
    /// <summary>The words with spaces between them; in single quotes what a shell would read otherwise.</summary>
    /// <param name="words">The program and its arguments.</param>
    public static string Of(IEnumerable<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return string.Join(' ', words.Select(w => Plain().IsMatch(w) ? w : $"'{w.Replace("'", @"'\''", StringComparison.Ordinal)}'"));
    }

    [GeneratedRegex(@"\A[\w@%+=:,./\\-]+\z")]
    private static partial Regex Plain();
}
