using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Switchyard.Data;

namespace Switchyard.Generation;

/// <summary>
/// The rows of a fund-search log. A search depends on the seed and its number alone, so a longer log begins with the rows of a shorter
/// one; only <c>time</c> and <c>date</c>, which spread the log over its days, depend on its length.
/// </summary>
sealed class FundSearchRows(ulong seed, long rows, long firstSearch, FundScenarios scenarios, FundList list, FundBehaviour behaviour) : RowGenerator
{
    /// <summary>Days of the log, as many as the paper's.</summary>
    public const int Days = 16;

    static readonly DateTime Start = new(2021, 11, 15, 0, 0, 0, DateTimeKind.Utc);

    readonly StringBuilder _text = new(256);
    readonly double[] _logged = new double[FundBehaviour.Tasks];
    readonly double[] _served = new double[FundBehaviour.Tasks];
    readonly bool[] _labels = new bool[FundBehaviour.Tasks];
    char[] _line = new char[256];
    RandomStream _outcomes;
    long _search = firstSearch - 1;
    long _row = -1;
    int _position;
    int _leaf;
    double _amount;
    string _time = "";
    bool _isTest;

    public static ImmutableArray<string> Columns { get; } =
    [
        "search_id", "time", "date", "channel", "domain", "user_id", "age", "risk_level", "platform", "activity", "holdings", "query_type",
        "position", "fund_id", "fund_type", "fund_risk", "fee", "return_1y", "size", "fund_age", "click", "purchase", "amount",
    ];

    public override ReadOnlySpan<char> Text => _line.AsSpan(0, _text.Length);

    public override int Scenario => _leaf;

    public override bool IsTest => _isTest;

    public override bool Label(int task) => _labels[task];

    public override double Logged(int task) => _logged[task];

    public override double Served(int task) => _served[task];

    /// <summary>A day of the log, from 0, as it is written.</summary>
    public static string Day(int day) => Start.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public override void Next()
    {
        _row++;
        _position++;
        if (_row == 0 || _position >= list.Length) NextSearch();
        Act();
        Write();
    }

    void NextSearch()
    {
        _search++;
        _position = 0;
        list.Draw(Purpose.List, _search);
        _leaf = scenarios.Leaf(list.Remainder);
        _outcomes = new RandomStream(seed, (ulong)Purpose.Outcome, (ulong)_search);
        // In 128 bits: rows × ticks of sixteen days overflow 64.
        var ticks = (long)((Int128)TimeSpan.FromDays(Days).Ticks * _row / Math.Max(rows, _row + 1));
        _isTest = ticks >= TimeSpan.FromDays(Days - 1).Ticks;
        _time = Start.AddTicks(ticks).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
    }

    void Act()
    {
        var features = FundFeatures.Of(list, _position);
        var purchase = behaviour.Probability(FundBehaviour.Purchase, _leaf, features, _position);
        _logged[FundBehaviour.Click] = behaviour.Probability(FundBehaviour.Click, _leaf, features, _position);
        _served[FundBehaviour.Click] = behaviour.Probability(FundBehaviour.Click, _leaf, features, 0);
        _logged[FundBehaviour.Purchase] = _logged[FundBehaviour.Click] * purchase;
        _served[FundBehaviour.Purchase] = _served[FundBehaviour.Click] * purchase;
        // All are drawn for every row, so that no outcome moves the next one's numbers.
        var (clicks, buys) = (_outcomes.NextDouble(), _outcomes.NextDouble());
        _amount = Math.Exp(6 + 0.3 * (list.User.Risk - 3) + 0.9 * _outcomes.NextNormal());
        _labels[FundBehaviour.Click] = clicks < _logged[FundBehaviour.Click];
        _labels[FundBehaviour.Purchase] = _labels[FundBehaviour.Click] && buys < purchase;
    }

    void Write()
    {
        var (user, fund) = (list.User, list[_position]);
        var culture = CultureInfo.InvariantCulture;
        _text.Clear();
        _text.Append(culture, $"{_search + 1},{_time},{_time.AsSpan(0, 10)},");
        _text.Append(culture, $"{scenarios.Channels[_leaf / scenarios.Domains.Length]},{scenarios.Domains[_leaf % scenarios.Domains.Length]},");
        _text.Append(culture, $"{user.Id},{FundUser.Ages[user.Age]},{user.Risk},{FundUser.Platforms[user.Platform]},{user.Activity},");
        var first = true;
        foreach (var type in user.Holdings)
        {
            if (!first) _text.Append('|');
            _text.Append(FundCatalogue.Types[type].Name);
            first = false;
        }

        _text.Append(culture, $",{(list.Query == FundList.AnyType ? "any" : FundCatalogue.Types[list.Query].Name)},{_position + 1},");
        _text.Append(culture, $"{fund.Id},{FundCatalogue.Types[fund.Type].Name},{fund.Risk},{fund.Fee:0.00},{fund.Return:0.0},{fund.Size:0},{fund.Age},");
        _text.Append(_labels[FundBehaviour.Click] ? '1' : '0').Append(',').Append(_labels[FundBehaviour.Purchase] ? '1' : '0').Append(',');
        if (_labels[FundBehaviour.Purchase]) _text.Append(culture, $"{_amount:0.00}");
        if (_line.Length < _text.Length) _line = new char[2 * _text.Length];
        _text.CopyTo(0, _line, _text.Length);
    }
}
