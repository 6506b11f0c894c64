using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Inference;

namespace Switchyard;

/// <summary>
/// Finds weights on the validation rows and measures them there: each fold of the groups with the weights that were found without it. It is
/// given rows that have no test row among them.
/// </summary>
sealed class WeightFinding
{
    const string EqualWeights = "equal weights";
    const string Found = "found";
    const int FewestGroups = 10;

    // What is smaller is the order of two sums.
    const double Least = 1e-9;

    readonly FuseOptions _options;
    readonly Schema _schema;
    readonly ObjectiveLists _lists;
    readonly (int All, int Taken) _groups;
    readonly int _levels;
    readonly string[] _tasks;
    readonly string[] _names;
    readonly string _text;
    readonly WeightSearch _search;
    readonly int[] _all;
    readonly IRunReporter _reporter;

    WeightFinding(FittingRows rows, Predictor predictor, FuseOptions options, IRunReporter reporter, CancellationToken cancellation)
    {
        (_options, _schema, _reporter) = (options, rows.Schema, reporter);
        _tasks = [.. _schema.Tasks.Select(t => t.Name)];
        _levels = options.Levels ?? _schema.Levels.Length;
        if (_levels > _schema.Levels.Length) throw new InputException($"--levels {_levels}: the model has {CountText.Of(_schema.Levels.Length, "scenario level")}.");
        if (_schema.Group is null) throw new InputException("an order is measured within groups, and the configuration names none; set 'group' to the column that names the list a row belongs to.");
        (_text, _names) = Formula();
        var formula = FormulaParser.Parse(_text, _tasks, _names);
        if (FormulaProgram.Compile(formula, _names.ToDictionary(n => n, _ => 1.0, StringComparer.Ordinal)) is null) throw new InputException("--formula holds too many results at once; write it with fewer parentheses.");
        if (_names.Except(formula.Weights()).FirstOrDefault() is { } unused) throw new InputException($"--ranges {unused}: the formula '{_text}' does not name it.");
        using var source = rows.OpenValidation();
        var share = options.Groups / Math.Max(1.0, rows.ValidationGroups);
        _lists = ObjectiveLists.Read(
            source, predictor, options.Objective, _levels, null, group => share >= 1 || Drawn(group, "sample") < share, cancellation);
        _all = [.. Enumerable.Range(0, _lists.Count)];
        _groups = (rows.ValidationGroups, _lists.Groups.Distinct().Count());
        if (_groups.Taken < FewestGroups)
            throw new InputException($"Only {_groups.Taken} of {_groups.All} validation groups have a row of worth; at least {FewestGroups} are needed to search weights. Give split.validation more rows, or another --objective.");
        _search = new WeightSearch(_lists, formula, _names, options.Formula is null && options.Ranges.IsEmpty, options, cancellation);
    }

    /// <summary>Searches and measures.</summary>
    /// <param name="rows">Rows without test rows.</param>
    /// <param name="predictor">The model.</param>
    /// <param name="options">What to search.</param>
    /// <param name="model">SHA-256 (hex) of the model's weights.</param>
    /// <param name="reporter">Hears how far it is.</param>
    /// <param name="cancellation">Ends it between two candidates.</param>
    /// <exception cref="InputException">The rows or the options do not allow it.</exception>
    public static FuseReport Run(FittingRows rows, Predictor predictor, FuseOptions options, string model, IRunReporter reporter, CancellationToken cancellation) =>
        new WeightFinding(rows, predictor, options, reporter, cancellation).Run(model);

    FuseReport Run(string model)
    {
        var (common, own) = OutOfFold();
        _reporter.Message($"weights are searched on all {_groups.Taken:N0} groups");
        var found = _search.Find(_all);
        foreach (var node in found.Own.Keys.ToArray())
        {
            // Weights of its own that did not help on groups they were not found on: the scenario keeps the common ones.
            if (found.Own[node].AsSpan().SequenceEqual(found.Common) || _all.Where(l => _lists.Nodes[l] == node).Average(l => own[l] - common[l]) <= Least) found.Own.Remove(node);
        }

        double[] fused = [.. _all.Select(l => found.Own.ContainsKey(_lists.Nodes[l]) ? own[l] : common[l])];
        double[]?[] ways = [.. _tasks.Select((_, task) => _lists.Measure(_all, task)), _search.Measure(_all, _search.Equal), fused];
        var table = new WaysTable(_lists, _schema, _levels, _options.Samples, _options.Seed);
        var reference = WaysTable.Best(ways);
        string[] names = [.. _tasks, EqualWeights, Found];
        var report = new FuseReport(
            _options.Objective.Text, _text, [.. _names], [.. names], names[reference], table.Of(ways, reference, n => (found.Of(n), found.Own.ContainsKey(n))), _groups, "");
        return report with { Yaml = Yaml(report, found, table, model) };
    }

    /// <summary>Value of every list with weights that were found without its fold: with the common ones, and with those of its scenario.</summary>
    (double[] Common, double[] Own) OutOfFold()
    {
        var folds = _lists.Groups.Distinct().OrderBy(g => Drawn(g, "fold")).ThenBy(g => g).Select((g, i) => (Group: g, Fold: i % _options.Folds)).ToDictionary(f => f.Group, f => f.Fold);
        var (common, own) = (new double[_lists.Count], new double[_lists.Count]);
        for (var fold = 0; fold < _options.Folds; fold++)
        {
            var held = _all.ToLookup(l => folds[_lists.Groups[l]] == fold);
            _reporter.Message($"fold {fold + 1} of {_options.Folds}: weights are searched without it");
            var found = _search.Find([.. held[false]]);
            Measure([.. held[true]], found.Common, common);
            foreach (var node in held[true].GroupBy(l => _lists.Nodes[l])) Measure([.. node], found.Of(node.Key), own);
        }

        return (common, own);

        void Measure(int[] lists, double[] weights, double[] into)
        {
            var values = _search.Measure(lists, weights) ?? throw new InputException("the formula has no finite value for some rows with the weights that are best for others; change it, or give other --ranges.");
            for (var i = 0; i < lists.Length; i++) into[lists[i]] = values[i];
        }
    }

    string Yaml(FuseReport report, FoundWeights found, WaysTable table, string model)
    {
        var total = report.Total;
        var gain = total.Gain is { } known ? string.Create(CultureInfo.InvariantCulture, $", {known.Value:+0.0000;-0.0000;0.0000} ± {known.HalfWidth():0.0000} over {report.Reference} ({total.Verdict})") : "";
        var head = OneLine.Of(string.Create(CultureInfo.InvariantCulture, $"# Found by switchyard fuse: {report.Objective} {total.Values[^1]:0.0000}{gain}, {total.Groups} validation groups."));
        var options = new FusionOptions
        {
            Formula = _text,
            Weights = Weights(found.Common),
            Scenarios = new FusionScenarios(
                [.. found.Own.Select(n => new FusionScenario(string.Join('/', table.NamesOf(n.Key).Select(FusionPath.Escaped)), new FusionScenarioOptions { Weights = Weights(n.Value) }, default))]),
            Objective = _options.Objective,
            Model = model,
        };
        var file = (MapNode)new RecordShape(typeof(FusionOptions)).Write(options);
        return $"{head}\n{YamlText.Write(found.Own.Count > 0 ? file : file.Without("scenarios"))}";

        FusionWeights Weights(double[] values) => new([.. _names.Zip(values).Select(w => new FusionWeight(w.First, w.Second, default))]);
    }

    (string Text, string[] Weights) Formula()
    {
        if (_options.Formula is { } formula)
        {
            return _options.Ranges.IsEmpty
                ? throw new InputException("--formula: say which of its names are weights, with --ranges \"a: [0, 1]\".")
                : (formula, [.. _options.Ranges.Keys]);
        }

        if (_tasks.Length == 1) throw new InputException($"the model has one task, {_tasks[0]}: there is nothing to weigh. A formula of it can be given with --formula.");
        var prefix = "w_";
        while (_tasks.Any(t => _tasks.Contains(prefix + t))) prefix = $"_{prefix}";
        string[] names = [.. _tasks.Select(t => prefix + t)];
        if (_options.Ranges.Keys.FirstOrDefault(k => !names.Contains(k)) is { } unknown) throw new InputException($"--ranges {unknown}: there is no such weight.{Suggestion.For(unknown, names)}");
        return (string.Join(" * ", _tasks.Zip(names, (t, n) => $"{FormulaGrammar.Name(t)}^{FormulaGrammar.Name(n)}")), names);
    }

    double Drawn(int group, string what) => new RandomStream(_options.Seed, (ulong)group, SeededRandom.Hash(what)).NextDouble();
}
