using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Formula and weights that a scenario has in the end.</summary>
/// <param name="Formula">The formula as written.</param>
/// <param name="Weights">The weights it names with their values, in the order of their names.</param>
public sealed record FusionRule(string Formula, ImmutableArray<KeyValuePair<string, double>> Weights)
{
    /// <summary>Formula and weights on one line: <c>click^a * book^b (a = 1, b = 0.5)</c>.</summary>
    public override string ToString() =>
        Weights.IsEmpty ? Formula : $"{Formula} ({string.Join(", ", Weights.Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Key} = {w.Value:R}")))})";
}

/// <summary>The formulas and weights of a file, parsed, and what a scenario has of them.</summary>
sealed class FusionRules
{
    readonly string[] _tasks;
    readonly Entry[] _entries;

    /// <param name="options">The file.</param>
    /// <param name="schema">Tasks and scenario tree.</param>
    /// <param name="root">Where the file is, for messages of no place of their own.</param>
    /// <exception cref="InputException">A formula cannot be parsed, a path is not there, or a weight is not used.</exception>
    public FusionRules(FusionOptions options, Schema schema, Place root)
    {
        _tasks = [.. schema.Tasks.Select(t => t.Name)];
        var weights = options.Weights.Items.Concat(options.Scenarios.Items.SelectMany(s => s.Options.Weights.Items)).ToList();
        foreach (var weight in weights)
        {
            if (_tasks.Contains(weight.Name)) throw weight.Place.Error($"weights: '{weight.Name}' is a task; give the weight another name.");
        }

        string[] names = [.. weights.Select(w => w.Name).Distinct()];
        var open = FusionPath.Parse("*", schema.Levels);
        List<Entry> entries = [new(open, Parse(options.Formula, names, root), options.Formula, options.Weights, root)];
        foreach (var scenario in options.Scenarios.Items)
        {
            var entry = Of(scenario, names, schema);
            if (entries.Skip(1).Any(e => e.Path.Equals(entry.Path))) throw scenario.Place.Error($"scenarios: '{scenario.Path}' stands there twice, written in two ways; remove one.");
            entries.Add(entry);
        }

        // Narrow ones first; the file's own formula last, even after an entry for every scenario.
        _entries = [.. entries.Skip(1).OrderByDescending(e => e.Path.Narrowness, Comparer<ImmutableArray<int>>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b.AsSpan()))), entries[0]];
        var used = new HashSet<string>(_entries.Where(e => e.Formula is not null).SelectMany(e => e.Formula!.Weights()), StringComparer.Ordinal);
        foreach (var weight in weights)
        {
            if (!used.Contains(weight.Name)) throw weight.Place.Error($"weights: no formula names '{weight.Name}'.{Suggestion.For(weight.Name, used)}");
        }
    }

    /// <summary>Whether every scenario has the same.</summary>
    public bool IsSame => _entries.Length == 1;

    /// <summary>The entries that a scenario has something of, narrow ones first; scenarios with the same ones have the same rule.</summary>
    public int[] EntriesOf(ReadOnlySpan<int> nodes)
    {
        var fitting = new List<int>(_entries.Length);
        for (var i = 0; i < _entries.Length; i++)
        {
            if (_entries[i].Path.Fits(nodes)) fitting.Add(i);
        }

        return [.. fitting];
    }

    /// <summary>What entries come to.</summary>
    /// <exception cref="InputException">A weight of the formula has no value here, or the formula is too long.</exception>
    public (FusionRule Rule, FormulaProgram Program) Compile(IReadOnlyList<int> entries)
    {
        var entry = _entries[entries.First(i => _entries[i].Formula is not null)];
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var name in entry.Formula!.Weights().Distinct())
        {
            values[name] = entries.SelectMany(i => _entries[i].Weights.Items).Where(w => w.Name == name).Select(w => (double?)w.Value).FirstOrDefault()
                ?? throw entry.Place.Error($"formula '{entry.Text}': weight '{name}' has a value in some scenarios and none here; give it one under 'weights' at the top.");
        }

        var program = FormulaProgram.Compile(entry.Formula!, values) ?? throw entry.Place.Error($"formula '{entry.Text}' holds too many results at once; write it with fewer parentheses.");
        return (new FusionRule(entry.Text!, [.. values]), program);
    }

    Entry Of(FusionScenario scenario, string[] names, Schema schema)
    {
        try
        {
            var formula = scenario.Options.Formula is { } text ? FormulaParser.Parse(text, _tasks, names) : null;
            return new(FusionPath.Parse(scenario.Path, schema.Levels), formula, scenario.Options.Formula, scenario.Options.Weights, scenario.Place);
        }
        catch (InputException e)
        {
            throw scenario.Place.Error($"scenarios: {e.Message}", e);
        }
    }

    FormulaNode Parse(string formula, string[] names, Place place)
    {
        try
        {
            return FormulaParser.Parse(formula, _tasks, names);
        }
        catch (InputException e)
        {
            throw place.Error(e.Message, e);
        }
    }

    sealed record Entry(FusionPath Path, FormulaNode? Formula, string? Text, FusionWeights Weights, Place Place);
}
