namespace Switchyard.Generation;

/// <summary>
/// How users act: log-odds of a click, and of a purchase after it, for a search in a scenario. Each is an intercept of the scenario
/// + the shared preference + its family's own + (clicks only) the pull of the position. Everything they read stands in the log, so that a
/// model could know these probabilities; only the outcome is chance.
/// </summary>
sealed class FundBehaviour
{
    public const int Click = 0;
    public const int Purchase = 1;
    public const int Tasks = 2;

    /// <summary>Standard deviations of the shared and the own part of the log-odds, per task.</summary>
    static readonly double[] SharedDeviation = [0.8, 0.6];
    static readonly double[] OwnDeviation = [1.0, 0.8];

    /// <summary>Log-odds of a click fall by this times ln(position).</summary>
    public const double PositionPull = 0.6;

    /// <summary>Searches over which the rates are set.</summary>
    public const int ProbeLists = 1 << 15;

    const int NewtonSteps = 8;

    readonly FundPreference[] _shared;
    readonly FundPreference[][] _own;
    readonly double[][] _intercepts;
    readonly FundScenarios _scenarios;

    public FundBehaviour(ulong seed, FundScenarios scenarios, FundCatalogue catalogue)
    {
        _scenarios = scenarios;
        _shared = [.. Enumerable.Range(0, Tasks).Select(task => FundPreference.Shared(seed, task, SharedDeviation[task]))];
        _own = [.. Enumerable.Range(0, Tasks).Select(task => OwnParts(seed, task, scenarios.Families.Max() + 1))];
        _intercepts = [.. Enumerable.Range(0, Tasks).Select(_ => new double[scenarios.Leaves.Length])];
        Calibrate(new FundList(catalogue, seed));
    }

    /// <summary>The parts of the preferences by name: shared and own, per task.</summary>
    public IEnumerable<(string Name, FundPreference Preference)> Parts(IReadOnlyList<string> tasks)
    {
        for (var task = 0; task < Tasks; task++)
        {
            yield return ($"{tasks[task]}: shared", _shared[task]);
            for (var family = 0; family < _own[task].Length; family++)
                yield return (FormattableString.Invariant($"{tasks[task]}: family {family}"), _own[task][family]);
        }
    }

    /// <summary>Probability of a task in a scenario, of a purchase given the click; <paramref name="position"/> counts from 0.</summary>
    public double Probability(int task, int leaf, in FundFeatures features, int position) =>
        Sigmoid(_intercepts[task][leaf] + Taste(task, _scenarios.Families[leaf], features) + (task == Click ? Pull(position) : 0));

    double Taste(int task, int family, in FundFeatures features) => _shared[task].Of(features) + _own[task][family].Of(features);

    static double Pull(int position) => -PositionPull * Math.Log(position + 1);

    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    static FundPreference[] OwnParts(ulong seed, int task, int families)
    {
        var parts = new List<FundPreference> { FundPreference.Shared(seed, task, 1) };
        for (var family = 0; family < families; family++)
            parts.Add(FundPreference.Own(seed, Tasks * (family + 1) + task, parts, OwnDeviation[task]));
        return [.. parts.Skip(1)];
    }

    /// <summary>Sets every intercept so that the rates are those planted, on searches that are not part of any log.</summary>
    void Calibrate(FundList list)
    {
        var features = new List<(FundFeatures Features, int Position)>();
        for (var i = 0; i < ProbeLists; i++)
        {
            list.Draw(Purpose.Probe, i);
            for (var position = 0; position < list.Length; position++) features.Add((FundFeatures.Of(list, position), position));
        }

        for (var family = 0; family < _own[Click].Length; family++)
        {
            var clicks = features.Select(f => Taste(Click, family, f.Features) + Pull(f.Position)).ToArray();
            var purchases = features.Select(f => Taste(Purchase, family, f.Features)).ToArray();
            var weights = new double[features.Count];
            foreach (var leaf in Enumerable.Range(0, _scenarios.Leaves.Length).Where(l => _scenarios.Families[l] == family))
            {
                Array.Fill(weights, 1);
                var click = _intercepts[Click][leaf] = Intercept(clicks, weights, _scenarios.ClickRates[leaf]);
                for (var i = 0; i < weights.Length; i++) weights[i] = Sigmoid(click + clicks[i]);
                _intercepts[Purchase][leaf] = Intercept(purchases, weights, FundScenarios.PurchaseRate);
            }
        }
    }

    /// <summary>The intercept with which the weighted mean probability is <paramref name="rate"/>: Newton's method.</summary>
    static double Intercept(double[] tastes, double[] weights, double rate)
    {
        var intercept = Math.Log(rate / (1 - rate));
        for (var step = 0; step < NewtonSteps; step++)
        {
            var (sum, slope, all) = (0.0, 0.0, 0.0);
            for (var i = 0; i < tastes.Length; i++)
            {
                var p = Sigmoid(intercept + tastes[i]);
                sum += weights[i] * p;
                slope += weights[i] * p * (1 - p);
                all += weights[i];
            }

            intercept -= (sum - rate * all) / slope;
        }

        return intercept;
    }
}
