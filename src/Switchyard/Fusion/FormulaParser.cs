using System.Globalization;
using System.Text;
using Switchyard.Data;

namespace Switchyard;

/// <summary>
/// Reads a formula over task scores. <c>sum = product (("+" | "-") product)*; product = sign (("*" | "/") sign)*;
/// sign = ("-" | "+") sign | power; power = atom ["^" sign]; atom = number | name | function "(" sum ("," sum)* ")" | "(" sum ")"</c>.
/// A name stands in quotes where it has other characters than letters, digits and _; a quote in it is doubled.
/// </summary>
ref struct FormulaParser
{
    const int MostNested = 64;
    const int MostCharacters = 4096;

    readonly string _text;
    readonly IReadOnlyList<string> _tasks;
    readonly IReadOnlyCollection<string> _weights;
    int _at;
    int _nested;

    FormulaParser(string text, IReadOnlyList<string> tasks, IReadOnlyCollection<string> weights) => (_text, _tasks, _weights) = (text, tasks, weights);

    /// <param name="text">The formula.</param>
    /// <param name="tasks">Names of the tasks, in their order.</param>
    /// <param name="weights">Names of the weights.</param>
    /// <exception cref="InputException">It is no formula, or names something unknown; the message has the character, what was expected and what was found.</exception>
    public static FormulaNode Parse(string text, IReadOnlyList<string> tasks, IReadOnlyCollection<string> weights)
    {
        if (text.Length > MostCharacters) throw new InputException($"the formula has {text.Length} characters; {MostCharacters} are read.");
        var parser = new FormulaParser(text, tasks, weights);
        var formula = parser.Sum();
        return parser._at == text.Length ? formula : throw parser.Expected(formula is NumberNode or ScoreNode or WeightNode ? "an operator (+ - * / ^) or the end" : "an operator or the end");
    }

    FormulaNode Sum()
    {
        var left = Product();
        while (true)
        {
            if (Take('+')) left = new BinaryNode(FormulaOperator.Add, left, Product());
            else if (Take('-')) left = new BinaryNode(FormulaOperator.Subtract, left, Product());
            else return left;
        }
    }

    FormulaNode Product()
    {
        var left = Sign();
        while (true)
        {
            if (Take('*')) left = new BinaryNode(FormulaOperator.Multiply, left, Sign());
            else if (Take('/')) left = new BinaryNode(FormulaOperator.Divide, left, Sign());
            else return left;
        }
    }

    FormulaNode Sign()
    {
        // All that nests passes here.
        if (++_nested > MostNested) throw Error(_at, $"nested more than {MostNested} deep");
        var node = Take('-') ? new UnaryNode(FormulaOperator.Negate, Sign()) : Take('+') ? Sign() : Power();
        _nested--;
        return node;
    }

    FormulaNode Power()
    {
        var left = Atom();
        return Take('^') ? new BinaryNode(FormulaOperator.Power, left, Sign()) : left;
    }

    FormulaNode Atom()
    {
        SkipSpace();
        if (_at == _text.Length) throw Expected("a task, a weight or a number");
        var c = _text[_at];
        if (Take('('))
        {
            var inner = Sum();
            Require(')', "an operator or ')'");
            return inner;
        }

        if (char.IsAsciiDigit(c) || c == '.') return Number();
        if (c is '"' or '\'') return Named(_at, Quoted(c));
        if (!FormulaGrammar.IsStart(c)) throw Expected("a task, a weight or a number");
        var start = _at;
        while (_at < _text.Length && FormulaGrammar.IsPart(_text[_at])) _at++;
        var name = _text[start.._at];
        return Take('(') ? Call(start, name) : Named(start, name);
    }

    NumberNode Number()
    {
        var start = _at;
        Digits();
        if (_at < _text.Length && _text[_at] == '.')
        {
            _at++;
            Digits();
        }

        if (_at < _text.Length && _text[_at] is 'e' or 'E')
        {
            _at++;
            if (_at < _text.Length && _text[_at] is '+' or '-') _at++;
            Digits();
        }

        var text = _text.AsSpan(start, _at - start);
        var isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value);
        if (!isNumber || !double.IsFinite(value)) throw Error(start, $"'{text}' is no number that can be computed with");
        return _at < _text.Length && FormulaGrammar.IsPart(_text[_at])
            ? throw Error(start, $"'{text}{_text[_at]}' is no number; a name that starts with a digit stands in quotes, and a product is written with *")
            : new NumberNode(value);
    }

    void Digits()
    {
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
    }

    string Quoted(char quote)
    {
        var start = _at++;
        var name = new StringBuilder();
        while (_at < _text.Length)
        {
            var c = _text[_at++];
            if (c != quote) name.Append(c);
            else if (_at < _text.Length && _text[_at] == quote) name.Append(_text[_at++]);
            else return name.ToString();
        }

        throw Error(start, $"the quote {quote} is not closed");
    }

    readonly FormulaNode Named(int start, string name)
    {
        for (var task = 0; task < _tasks.Count; task++)
        {
            if (_tasks[task] == name) return new ScoreNode(task);
        }

        if (_weights.Contains(name)) return new WeightNode(name);
        if (FormulaGrammar.Functions.Contains(name)) throw Error(start, $"function '{name}' needs arguments in ( )");
        var near = Names.Suggest(name, _tasks.Concat(_weights));
        var weights = _weights.Count == 0 ? "there are no weights" : $"weights are {string.Join(", ", _weights)}";
        throw Error(start, $"'{name}' is neither a task nor a weight{near} Tasks are {string.Join(", ", _tasks)}; {weights}");
    }

    FormulaNode Call(int start, string name)
    {
        if (!FormulaGrammar.Functions.Contains(name))
            throw Error(start, $"there is no function '{name}'{Names.Suggest(name, FormulaGrammar.Functions)} Functions are {string.Join(", ", FormulaGrammar.Functions)}");
        var (function, many) = FormulaGrammar.Function(name);
        var first = Sum();
        if (!many)
        {
            Require(')', $"an operator or ')': {name} has one argument");
            return new UnaryNode(function, first);
        }

        Require(',', $"an operator or ',': {name} has two arguments or more");
        FormulaNode node = new BinaryNode(function, first, Sum());
        while (Take(',')) node = new BinaryNode(function, node, Sum());
        Require(')', "an operator, ',' or ')'");
        return node;
    }

    bool Take(char c)
    {
        SkipSpace();
        if (_at == _text.Length || _text[_at] != c) return false;
        _at++;
        return true;
    }

    void Require(char c, string expected)
    {
        if (!Take(c)) throw Expected(expected);
    }

    void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }

    readonly InputException Expected(string what) => Error(_at, $"expected {what}, found {(_at < _text.Length ? $"'{_text[_at]}'" : "the end")}");

    readonly InputException Error(int at, string what) => new($"formula '{_text}', character {at + 1}: {what}.");
}
