using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Generation;

/// <summary>
/// A fund search like the one AESM² was made for (Zou et al., SIGIR 2022, §4.1): channels × domains, a list of funds per search,
/// click → purchase → amount. See docs/generating.md.
/// </summary>
public sealed class FundSearchWorld : World
{
    const int SurveyLists = 1 << 15;

    readonly FundSearchOptions _options;
    readonly FundScenarios _scenarios;
    readonly FundCatalogue _catalogue;
    readonly FundBehaviour _behaviour;

    /// <exception cref="ArgumentException"><see cref="FundSearchOptions.Problem"/> is not null.</exception>
    public FundSearchWorld(FundSearchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problem is { } problem) throw new ArgumentException(problem, nameof(options));
        _options = options;
        _scenarios = new FundScenarios(options);
        _catalogue = new FundCatalogue(options.Seed);
        _behaviour = new FundBehaviour(options.Seed, _scenarios, _catalogue);
    }

    public override string Name => "fund-search";

    public override ImmutableArray<string> Columns => FundSearchRows.Columns;

    public override ImmutableArray<string> Scenarios => _scenarios.Leaves;

    public override ImmutableArray<string> Tasks { get; } = ["click", "purchase"];

    internal override Planting Planted => new(
        _scenarios.Families,
        _scenarios.Shares,
        [.. _scenarios.ClickRates.Select(rate => ImmutableArray.Create(rate, rate * FundScenarios.PurchaseRate))],
        _behaviour.Parts(Tasks).ToImmutableSortedDictionary(p => p.Name, p => p.Preference.Weights(), StringComparer.Ordinal));

    /// <summary>How alike two parts of the preferences are: about the correlation of their log-odds over rows.</summary>
    internal double Cosine(string first, string second)
    {
        var parts = _behaviour.Parts(Tasks).ToDictionary(p => p.Name, p => p.Preference, StringComparer.Ordinal);
        return parts[first].Cosine(parts[second]);
    }

    /// <exception cref="ArgumentOutOfRangeException">Fewer than one row, or a search below 0.</exception>
    public override RowGenerator Generate(long rows, long firstSearch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstSearch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        return new FundSearchRows(_options.Seed, rows, firstSearch, _scenarios, new FundList(_catalogue, _options.Seed), _behaviour);
    }

    internal override void Survey(AucCounter best)
    {
        var list = new FundList(_catalogue, _options.Seed);
        for (var i = 0; i < SurveyLists; i++)
        {
            list.Draw(Purpose.Survey, i);
            for (var position = 0; position < list.Length; position++)
            {
                var features = FundFeatures.Of(list, position);
                for (var leaf = 0; leaf < Scenarios.Length; leaf++)
                {
                    var served = _behaviour.Probability(FundBehaviour.Click, leaf, features, 0);
                    var logged = _behaviour.Probability(FundBehaviour.Click, leaf, features, position);
                    var purchase = _behaviour.Probability(FundBehaviour.Purchase, leaf, features, position);
                    best.Add(leaf, FundBehaviour.Click, served, logged);
                    best.Add(leaf, FundBehaviour.Purchase, served * purchase, logged * purchase);
                }
            }
        }
    }

    public override string Configuration(string log) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        # A made-up fund search: {{_options.Channels}} channels, {{_options.Domains}} domains{{SkewText}}, seed {{_options.Seed}} (docs/generating.md).
        # What was planted, and the best AUC that a model can reach on the test rows, stands in the truth file beside it.
        name: fund-search

        sources: {{Quoted(log)}}

        fields:
          # The scenario as fields too, for models that know no tree.
          - {names: [channel, domain, query_type, age, risk_level, platform, fund_type, fund_risk], embedding: 8}
          - {names: [fee, return_1y, fund_age], type: numeric, encoding: standardise}
          - {names: [activity, size], type: numeric, buckets: 16, embedding: 8}
          - {name: holdings, type: multi-value, separator: "|", embedding: 8}
          - {name: position, role: position, fixed: 1}
          # user_id and fund_id are left out: in this world nothing depends on them alone.

        scenario: [channel, domain]

        tasks:
          click: click
          purchase: {label: purchase, given: click}

        group: search_id

        split:
          train: date <= {{FundSearchRows.Day(FundSearchRows.Days - 3)}}
          validation: date == {{FundSearchRows.Day(FundSearchRows.Days - 2)}}
          test: date == {{FundSearchRows.Day(FundSearchRows.Days - 1)}}

        model:
          name: aesm2
          noise: {sigma: 1, decay: linear}     # with little noise the first choice of experts is the last

        training:
          epochs: 5
          batch_size: 1024
          learning_rate: 0.002
          schedule: {decay: cosine}

        """);

    string SkewText => _options.Skew > 0 ? string.Create(CultureInfo.InvariantCulture, $", skew {_options.Skew}") : "";

    static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
}
