using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Switchyard.Data;

/// <summary>Recursive descent over the text of one condition.</summary>
sealed class ConditionParser(string text)
{
    const string Accepted =
        "column == value (also !=, <, <=, >, >=), column in [a, b], column not in [a, b], column is present, column is missing, " +
        "hash(column, …) mod N in [0, 2..5], row mod N in [0..7], or the name of a column of 0 and 1";

    // Longer operators first: "<=" must not be read as "<".
    static readonly (string Text, Comparison Operator)[] Operators =
    [
        ("==", Comparison.Equal), ("!=", Comparison.NotEqual), ("<=", Comparison.LessOrEqual),
        (">=", Comparison.GreaterOrEqual), ("<", Comparison.Less), (">", Comparison.Greater),
    ];

    int _at;

    public ConditionNode Parse()
    {
        SkipSpace();
        if (AtEnd) throw Error("it is empty");
        var quoted = text[_at] == '`';
        var column = Column();
        SkipSpace();
        var node = quoted ? Rest(column) : column switch
        {
            "hash" when Peek('(') => Hash(),
            "row" when PeekWord("mod") => Modulo([]),
            _ => Rest(column),
        };
        SkipSpace();
        return AtEnd ? node : throw Error($"'{text[_at..]}' is left over");
    }

    ConditionNode Rest(string column)
    {
        if (AtEnd) return new ConditionNode.Label(column);
        foreach (var (symbol, op) in Operators)
        {
            if (!text.AsSpan(_at).StartsWith(symbol, StringComparison.Ordinal)) continue;
            _at += symbol.Length;
            return new ConditionNode.Compare(column, op, Value(inList: false));
        }

        if (TakeWord("is"))
        {
            if (TakeWord("present")) return new ConditionNode.Presence(column, true);
            if (TakeWord("missing")) return new ConditionNode.Presence(column, false);
            throw Error("'is' must be followed by 'present' or 'missing'");
        }

        if (TakeWord("not")) return TakeWord("in") ? new ConditionNode.In(column, List(), true) : throw Error("'not' must be followed by 'in'");
        if (TakeWord("in")) return new ConditionNode.In(column, List(), false);
        throw Error(Peek('=') ? "equality is written ==" : $"'{column}' must be followed by an operator");
    }

    ConditionNode.Modulo Hash()
    {
        _at++;
        var columns = ImmutableArray.CreateBuilder<string>();
        do
        {
            SkipSpace();
            columns.Add(Column());
            SkipSpace();
        }
        while (Take(','));
        if (!Take(')')) throw Error("')' is missing after the columns of hash");
        SkipSpace();
        return Modulo(columns.ToImmutable());
    }

    ConditionNode.Modulo Modulo(ImmutableArray<string> columns)
    {
        if (!TakeWord("mod")) throw Error("'mod N' is missing after hash(…)");
        SkipSpace();
        var modulus = Integer();
        if (modulus == 0) throw Error("mod 0 has no remainders; use mod 1 or more");
        SkipSpace();
        var negated = false;
        ImmutableArray<(ulong, ulong)> ranges;
        if (Take("==") || (negated = Take("!=")))
        {
            SkipSpace();
            var k = Integer();
            ranges = [(k, k)];
        }
        else
        {
            negated = TakeWord("not");
            if (!TakeWord("in")) throw Error("the modulus must be followed by in [...], == k or != k");
            ranges = Ranges();
        }

        foreach (var (from, to) in ranges)
        {
            if (from > to) throw Error($"range {from}..{to} runs backwards");
            if (to >= modulus) throw Error($"{to} is no remainder of mod {modulus}; remainders are 0..{modulus - 1}");
        }

        return new ConditionNode.Modulo(columns, modulus, ranges, negated);
    }

    ImmutableArray<(ulong From, ulong To)> Ranges()
    {
        Open();
        var ranges = ImmutableArray.CreateBuilder<(ulong, ulong)>();
        do
        {
            SkipSpace();
            var from = Integer();
            SkipSpace();
            var to = from;
            if (Take(".."))
            {
                SkipSpace();
                to = Integer();
                SkipSpace();
            }

            ranges.Add((from, to));
        }
        while (Take(','));
        Close();
        return ranges.ToImmutable();
    }

    ImmutableArray<string> List()
    {
        Open();
        var values = ImmutableArray.CreateBuilder<string>();
        do
        {
            values.Add(Value(inList: true));
            SkipSpace();
        }
        while (Take(','));
        Close();
        return values.ToImmutable();
    }

    void Open()
    {
        SkipSpace();
        if (!Take('[')) throw Error("'in' must be followed by a list in [ ]");
    }

    void Close()
    {
        SkipSpace();
        if (!Take(']')) throw Error("']' is missing at the end of the list");
    }

    /// <summary>A quoted value, or everything up to the end of the text (in a list: up to ',' or ']'), trimmed.</summary>
    string Value(bool inList)
    {
        SkipSpace();
        if (AtEnd) throw Error("a value is missing");
        if (text[_at] is '\'' or '"')
            return Known(Quoted(text[_at]));
        var start = _at;
        while (!AtEnd && !(inList && text[_at] is ',' or ']')) _at++;
        var value = text[start.._at].TrimEnd();
        if (inList && value.Contains("..", StringComparison.Ordinal))
            throw Error($"'{value}' looks like a range, which only hash and row take; write two conditions with >= and <=, or put the value in quotes");
        if (Joint(value) is { } joint) throw Error($"'{joint}' within the value '{value}': a condition is one test; write a list of conditions, or quote the value");
        return value.Length > 0 ? Known(value) : throw Error("a value is missing; an empty one is tested with 'is missing'");
    }

    string Known(string value) =>
        TextNumber.IsMissing(Encoding.UTF8.GetBytes(value)) ? throw Error("a missing value (empty or NaN) is tested with 'is missing'") : value;

    // What joins conditions elsewhere. Taken for a part of the value, it would leave the second condition out without a word.
    static string? Joint(string value)
    {
        foreach (var symbol in (ReadOnlySpan<string>)["&&", "||", "==", "!=", "<=", ">=", "<", ">"])
            if (value.Contains(symbol, StringComparison.Ordinal))
                return symbol;
        return value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .FirstOrDefault(word => word.Equals("and", StringComparison.OrdinalIgnoreCase) || word.Equals("or", StringComparison.OrdinalIgnoreCase));
    }

    string Column()
    {
        if (!AtEnd && text[_at] == '`') return Quoted('`');
        var start = _at;
        while (!AtEnd && !char.IsWhiteSpace(text[_at]) && !"=!<>()[],'\"`".Contains(text[_at], StringComparison.Ordinal)) _at++;
        return _at > start ? text[start.._at] : throw Error("a column name is missing");
    }

    string Quoted(char quote)
    {
        var end = text.IndexOf(quote, _at + 1);
        if (end < 0) throw Error($"the quote {quote} is not closed");
        var value = text[(_at + 1)..end];
        _at = end + 1;
        return quote == '`' && value.Length == 0 ? throw Error("a column name is missing") : value;
    }

    ulong Integer()
    {
        var start = _at;
        while (!AtEnd && char.IsAsciiDigit(text[_at])) _at++;
        return ulong.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Error("a whole number is missing");
    }

    bool AtEnd => _at >= text.Length;

    bool Peek(char c) => !AtEnd && text[_at] == c;

    bool Take(char c)
    {
        if (!Peek(c)) return false;
        _at++;
        return true;
    }

    bool Take(string symbol)
    {
        if (!text.AsSpan(_at).StartsWith(symbol, StringComparison.Ordinal)) return false;
        _at += symbol.Length;
        return true;
    }

    bool PeekWord(string word)
    {
        SkipSpace();
        var end = _at + word.Length;
        return text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal) && (end == text.Length || !(char.IsLetterOrDigit(text[end]) || text[end] == '_'));
    }

    bool TakeWord(string word)
    {
        if (!PeekWord(word)) return false;
        _at += word.Length;
        return true;
    }

    void SkipSpace()
    {
        while (!AtEnd && char.IsWhiteSpace(text[_at])) _at++;
    }

    InputException Error(string what) => new($"Condition \"{text}\", character {_at + 1}: {what}. Accepted: {Accepted}.");
}
