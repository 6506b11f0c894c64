using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;

namespace Switchyard.Data;

/// <summary>A condition bound to the columns of a file: it looks values up by index and allocates nothing per row.</summary>
abstract class RowTest
{
    /// <summary>Whether the row fulfils the condition.</summary>
    public abstract bool Holds(TextRow row);

    /// <summary>The condition as a label: 0, 1, or NaN where its column is missing.</summary>
    public virtual float Label(TextRow row) => Holds(row) ? 1f : 0f;

    /// <summary>Binds a condition; <paramref name="split"/> gives 'row mod N' its seed.</summary>
    public static RowTest Bind(Condition condition, Header header, SplitSpec split) => condition.Node switch
    {
        ConditionNode.Label n => new LabelTest(header.Require(n.Column), n.Column),
        ConditionNode.Presence n => new PresenceTest(header.Require(n.Column), n.Present),
        ConditionNode.Compare { Operator: Comparison.Equal } n => new MembershipTest(header.Require(n.Column), [n.Value], false),
        ConditionNode.Compare { Operator: Comparison.NotEqual } n => new MembershipTest(header.Require(n.Column), [n.Value], true),
        ConditionNode.Compare n => new OrderTest(header.Require(n.Column), n, condition.Text),
        ConditionNode.In n => new MembershipTest(header.Require(n.Column), n.Values, n.Negated),
        ConditionNode.Modulo { Hashed.Length: 0 } n => split.KeepIdenticalRowsTogether ? new RowValuesTest(n, split.Seed, header) : new RowNumberTest(n, split.Seed),
        ConditionNode.Modulo n => new HashTest([.. n.Hashed.Select(header.Require)], n),
        _ => throw new InvalidOperationException($"Condition {condition.Node.GetType().Name} has no test."),
    };

    public static RowTest[] Bind(ImmutableArray<Condition> conditions, Header header, SplitSpec split) =>
        [.. conditions.Select(c => Bind(c, header, split))];

    public static bool AllHold(RowTest[] tests, TextRow row)
    {
        foreach (var test in tests)
            if (!test.Holds(row))
                return false;
        return true;
    }

    sealed class LabelTest(int column, string name) : RowTest
    {
        public override bool Holds(TextRow row) => Label(row) == 1f;

        public override float Label(TextRow row)
        {
            var text = row[column];
            if (TextNumber.IsMissing(text)) return float.NaN;
            if (text.Length == 1)
            {
                if (text[0] == '1') return 1f;
                if (text[0] == '0') return 0f;
            }

            if (TextNumber.TryParse(text, out var number) && number is 0 or 1) return (float)number;
            if (Ascii.EqualsIgnoreCase(text, "true"u8)) return 1f;
            if (Ascii.EqualsIgnoreCase(text, "false"u8)) return 0f;
            throw new InputException(
                $"{row.Place}, column '{name}': label '{row.Text(column)}' is outside 0/1. " +
                $"Correct the value, leave it empty where the label was not observed, or write a comparison such as '{name} > 0'.");
        }
    }

    sealed class PresenceTest(int column, bool present) : RowTest
    {
        public override bool Holds(TextRow row) => TextNumber.IsMissing(row[column]) != present;
    }

    sealed class MembershipTest : RowTest
    {
        readonly int _column;
        readonly bool _negated;
        readonly byte[][] _texts;
        readonly double[] _numbers;
        readonly TextDate[] _dates;

        public MembershipTest(int column, ImmutableArray<string> values, bool negated)
        {
            _column = column;
            _negated = negated;
            _texts = [.. values.Select(Encoding.UTF8.GetBytes)];
            _numbers = [.. _texts.Where(t => TextNumber.TryParse(t, out _)).Select(t => TextNumber.TryParse(t, out var v) ? v : 0)];
            _dates = [.. _texts.Where(t => TextDate.Is(t)).Select(t => TextDate.TryParse(t, out var date) ? date : default)];
        }

        public override bool Holds(TextRow row) => Contains(row[_column]) != _negated;

        public override float Label(TextRow row) => TextNumber.IsMissing(row[_column]) ? float.NaN : base.Label(row);

        bool Contains(ReadOnlySpan<byte> text)
        {
            if (TextNumber.IsMissing(text)) return false;
            foreach (var value in _texts)
                if (text.SequenceEqual(value))
                    return true;
            if (_numbers.Length > 0 && TextNumber.TryParse(text, out var number) && _numbers.AsSpan().Contains(number)) return true;
            if (_dates.Length == 0 || !TextDate.TryParse(text, out var date)) return false;
            foreach (var value in _dates)
                if (date.ComparedTo(value) == 0)
                    return true;
            return false;
        }
    }

    sealed class OrderTest : RowTest
    {
        readonly int _column;
        readonly ConditionNode.Compare _node;
        readonly string _condition;
        readonly bool _isNumber;
        readonly double _number;
        readonly TextDate _date;

        public OrderTest(int column, ConditionNode.Compare node, string condition)
        {
            (_column, _node, _condition) = (column, node, condition);
            var text = Encoding.UTF8.GetBytes(node.Value);
            _isNumber = TextNumber.TryParse(text, out _number);
            if (!_isNumber && !TextDate.TryParse(text, out _date))
                throw new InputException($"Condition \"{condition}\": '{node.Value}' is neither a number nor a date (yyyy-MM-dd), so it has no order. Use == or in.");
        }

        public override bool Holds(TextRow row)
        {
            var text = row[_column];
            if (TextNumber.IsMissing(text)) return false;
            int order;
            if (_isNumber && TextNumber.TryParse(text, out var number)) order = number.CompareTo(_number);
            else if (!_isNumber && TextDate.TryParse(text, out var date)) order = date.ComparedTo(_date);
            else
                throw new InputException(
                    $"{row.Place}, column '{_node.Column}': '{row.Text(_column)}' cannot be compared in \"{_condition}\"; " +
                    $"it is no {(_isNumber ? "number" : "date (yyyy-MM-dd)")}. Correct the value or leave it empty.");
            return _node.Operator switch
            {
                Comparison.Less => order < 0,
                Comparison.LessOrEqual => order <= 0,
                Comparison.Greater => order > 0,
                _ => order >= 0,
            };
        }

        public override float Label(TextRow row) => TextNumber.IsMissing(row[_column]) ? float.NaN : base.Label(row);
    }

    sealed class HashTest(int[] columns, ConditionNode.Modulo node) : RowTest
    {
        public override bool Holds(TextRow row)
        {
            var hash = Fnv1a64.Empty;
            for (var i = 0; i < columns.Length; i++)
            {
                if (i > 0) hash.Add(Fnv1a64.Joint);
                hash.Add(row[columns[i]]);
            }

            return node.Contains(hash.Value % node.Modulus);
        }
    }

    static Fnv1a64 HashOf(ulong seed)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(seed, digits, out var length);
        var hash = Fnv1a64.Empty;
        hash.Add(digits[..length]);
        return hash;
    }

    sealed class RowNumberTest(ConditionNode.Modulo node, ulong seed) : RowTest
    {
        public override bool Holds(TextRow row)
        {
            Span<byte> digits = stackalloc byte[20];
            var hash = HashOf(seed);
            hash.Add(Fnv1a64.Joint);
            Utf8Formatter.TryFormat(row.Number, digits, out var length);
            hash.Add(digits[..length]);
            return node.Contains(hash.Value % node.Modulus);
        }
    }

    /// <summary>
    /// The values in the order of the first file's columns, so that a row has the same hash in a file with another order. Columns that
    /// the first file has not follow by name, and only where they have a value.
    /// </summary>
    sealed class RowValuesTest : RowTest
    {
        readonly ConditionNode.Modulo _node;
        readonly ulong _seed;
        readonly int[] _columns;
        readonly (byte[] Name, int Column)[] _further;

        public RowValuesTest(ConditionNode.Modulo node, ulong seed, Header header)
        {
            (_node, _seed) = (node, seed);
            string[] own = [.. header.Names.Take(header.OwnColumns)];
            var same = own.SequenceEqual(header.FirstFile, StringComparer.Ordinal);
            _columns = same ? [.. Enumerable.Range(0, own.Length)] : [.. header.FirstFile.Select(name => name.Length == 0 ? -1 : Array.IndexOf(own, name))];
            _further = [.. Enumerable.Range(0, own.Length).Except(_columns).OrderBy(i => own[i], StringComparer.Ordinal).Select(i => (Encoding.UTF8.GetBytes(own[i]), i))];
        }

        public override bool Holds(TextRow row)
        {
            var hash = HashOf(_seed);
            foreach (var column in _columns)
            {
                hash.Add(Fnv1a64.Joint);
                if (column >= 0) hash.Add(Value(row, column));
            }

            foreach (var (name, column) in _further)
            {
                var value = Value(row, column);
                if (value.IsEmpty) continue;
                hash.Add(Fnv1a64.Joint);
                hash.Add(name);
                hash.Add(Fnv1a64.Joint);
                hash.Add(value);
            }

            return _node.Contains(hash.Value % _node.Modulus);
        }

        // What cannot be a value counts as none: no field may read it.
        static ReadOnlySpan<byte> Value(TextRow row, int column) => row.Mistake(column) is null ? row[column] : default;
    }
}
