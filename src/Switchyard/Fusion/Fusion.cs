using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard;

/// <summary>
/// Makes one score of a row's task scores, by the formula of its scenario: fusion.yaml of a bundle (docs/fusion.md). Without one it is the
/// score of the last task, the funnel's end. A fused score depends on its row alone and has the same bits everywhere. Thread-safe.
/// </summary>
public sealed class Fusion
{
    /// <summary>Name of the file in a bundle.</summary>
    public const string FileName = "fusion.yaml";

    /// <summary><see cref="Version"/> where a bundle has no file.</summary>
    public const string LastTask = "last-task";

    const int VersionDigits = 12;
    const int MostBytes = 1 << 20;
    const int MostScenarios = 1 << 20;

    readonly Schema _schema;
    readonly FormulaProgram?[] _programs;
    readonly FusionRule[] _rules;

    // By scenario number: the rule's place; empty where every scenario has the first one.
    readonly int[] _ruleOf;

    Fusion(Schema schema, FormulaProgram?[] programs, FusionRule[] rules, int[] ruleOf, string? text, string? digest)
    {
        (_schema, _programs, _rules, _ruleOf, Text, Digest) = (schema, programs, rules, ruleOf, text, digest);
        Version = digest?[..VersionDigits] ?? LastTask;
    }

    /// <summary>The first twelve digits of <see cref="Digest"/>, or <see cref="LastTask"/>: says which fusion made a score.</summary>
    public string Version { get; }

    /// <summary>SHA-256 (hex) of the file's bytes; null where there is none.</summary>
    public string? Digest { get; }

    /// <summary>The file's text; null where there is none.</summary>
    public string? Text { get; }

    /// <summary>Whether there is no file, and the fused score is that of the last task.</summary>
    public bool IsDefault => Digest is null;

    /// <summary>What the formula is measured by; null where the file does not say.</summary>
    internal FusionObjective? Objective { get; private init; }

    /// <summary>SHA-256 (hex) of the weights that it was searched for; null where the file names none, and it goes with any.</summary>
    internal string? SearchedFor { get; private init; }

    /// <summary>What the scenarios have, each once; the one of unknown scenarios is among them.</summary>
    public IReadOnlyList<FusionRule> Rules => _rules;

    /// <summary>The fusion of a bundle: its fusion.yaml, or the score of the last task.</summary>
    /// <exception cref="InputException">The file is not valid, cannot be read, or was searched for another model.</exception>
    public static Fusion Load(LoadedBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return ReadBytes(bundle.Folder) is { } bytes
            ? Parse(bytes, Path.Combine(bundle.Folder, FileName), bundle.Ranker.Schema, bundle.WeightsSha256)
            : Default(bundle.Ranker.Schema);
    }

    /// <summary>The score of the last task, as it is.</summary>
    public static Fusion Default(Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new(schema, [null], [new FusionRule(FormulaGrammar.Name(schema.Tasks[^1].Name), [])], [], null, null);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="yaml">Text of a fusion.yaml.</param>
    /// <param name="source">Its name in messages.</param>
    /// <param name="schema">Tasks and scenario tree of the model.</param>
    /// <param name="model">SHA-256 (hex) of the model's weights; null does not compare them.</param>
    /// <exception cref="InputException">The text is not valid, or was searched for another model.</exception>
    public static Fusion Parse(string yaml, string source, Schema schema, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(schema);
        return Parse(Encoding.UTF8.GetBytes(yaml), source, schema, model);
    }

    /// <summary>Number of a scenario, for <see cref="Evaluate(int, ReadOnlySpan{float}, int, Span{float})"/>.</summary>
    /// <param name="nodes">Its node per level, coarse level first; −1 where unknown.</param>
    public int Scenario(ReadOnlySpan<int> nodes)
    {
        if (nodes.Length != _schema.Levels.Length) throw new ArgumentException($"{nodes.Length} nodes, the model has {_schema.Levels.Length} levels.", nameof(nodes));
        var scenario = 0;
        for (var level = 0; level < nodes.Length; level++) scenario = Next(scenario, level, nodes[level]);
        return scenario;
    }

    /// <summary>What a scenario has.</summary>
    /// <param name="scenario">See <see cref="Scenario"/>.</param>
    public FusionRule Rule(int scenario) => _rules[RuleOf(scenario)];

    /// <summary>Fuses rows of one scenario.</summary>
    /// <param name="scenario">See <see cref="Scenario"/>.</param>
    /// <param name="scores">Scores [tasks × rows], as a predictor leaves them.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="fused">Receives the fused scores [≥ rows].</param>
    /// <exception cref="InputException">A result is not a finite float; the message names the formula and the row's scores.</exception>
    public void Evaluate(int scenario, ReadOnlySpan<float> scores, int rows, Span<float> fused) => Evaluate(RuleOf(scenario), scores, rows, 0, fused[..rows]);

    /// <summary>Fuses the rows of a batch, each by its own scenario.</summary>
    /// <param name="batch">Rows with their scenario nodes.</param>
    /// <param name="scores">Their scores [tasks × batch.Count].</param>
    /// <param name="fused">Receives the fused scores [≥ batch.Count].</param>
    /// <exception cref="InputException">See <see cref="Evaluate(int, ReadOnlySpan{float}, int, Span{float})"/>.</exception>
    public void Evaluate(Batch batch, ReadOnlySpan<float> scores, Span<float> fused)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Evaluate(batch, scores, 0, batch.Count, fused);
    }

    /// <summary>Fuses some rows of a batch, each by its own scenario.</summary>
    /// <param name="batch">Rows with their scenario nodes.</param>
    /// <param name="scores">Scores of all of them [tasks × batch.Count].</param>
    /// <param name="from">First row to fuse.</param>
    /// <param name="count">Rows to fuse.</param>
    /// <param name="fused">Receives the fused scores of these at their rows' places [≥ from + count].</param>
    /// <exception cref="InputException">See <see cref="Evaluate(int, ReadOnlySpan{float}, int, Span{float})"/>.</exception>
    public void Evaluate(Batch batch, ReadOnlySpan<float> scores, int from, int count, Span<float> fused)
    {
        ArgumentNullException.ThrowIfNull(batch);
        for (var first = from; first < from + count;)
        {
            var rule = RuleOf(batch, first);
            var end = first + 1;
            while (end < from + count && RuleOf(batch, end) == rule) end++;
            Evaluate(rule, scores, batch.Count, first, fused[first..end]);
            first = end;
        }
    }

    static Fusion Parse(byte[] bytes, string source, Schema schema, string? model)
    {
        var text = Encoding.UTF8.GetString(bytes);
        // A bundle may be a stranger's: variables of the environment are not read.
        var root = YamlReader.Read(text, source, hasLines: true, _ => null);
        var options = (FusionOptions)new RecordShape(typeof(FusionOptions)).Read(root, "");
        if (model is not null && options.Model is { } other && other != model)
        {
            throw ((MapNode)root).PlaceOf("model").Error(
                $"model: these weights were searched for a model with weights {other}, this one has {model}; run switchyard fuse again, or remove this line to use them as they are.");
        }

        _ = options.Objective?.ByTask(schema);
        var place = ((MapNode)root)["formula"]!.Place;
        var rules = new FusionRules(options, schema, place);
        var compiled = new List<(FusionRule Rule, FormulaProgram Program)>();
        var ruleOf = rules.IsSame ? [] : Resolve(rules, schema, compiled, place);
        if (rules.IsSame) compiled.Add(rules.Compile([0]));
        return new(schema, [.. compiled.Select(c => c.Program)], [.. compiled.Select(c => c.Rule)], ruleOf, text, Convert.ToHexStringLower(SHA256.HashData(bytes)))
        {
            Objective = options.Objective,
            SearchedFor = options.Model,
        };
    }

    /// <summary>The rule of every scenario, unknown nodes included.</summary>
    static int[] Resolve(FusionRules rules, Schema schema, List<(FusionRule Rule, FormulaProgram Program)> compiled, Place place)
    {
        var count = schema.Levels.Aggregate(1L, static (n, level) => Math.Min(n * (level.Nodes.Length + 1), int.MaxValue));
        if (count > MostScenarios) throw place.Error($"scenarios: the model has {count:N0} scenarios, {MostScenarios:N0} can have formulas of their own; keep one for all.");
        var ruleOf = new int[count];
        var nodes = new int[schema.Levels.Length];
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var scenario = 0; scenario < ruleOf.Length; scenario++)
        {
            var rest = scenario;
            for (var level = nodes.Length - 1; level >= 0; level--)
            {
                var width = schema.Levels[level].Nodes.Length + 1;
                nodes[level] = rest % width - 1;
                rest /= width;
            }

            var entries = rules.EntriesOf(nodes);
            var key = string.Join(',', entries);
            if (!known.TryGetValue(key, out ruleOf[scenario]))
            {
                known[key] = ruleOf[scenario] = compiled.Count;
                compiled.Add(rules.Compile(entries));
            }
        }

        return ruleOf;
    }

    static byte[]? ReadBytes(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) return null;
            return file.Length <= MostBytes ? File.ReadAllBytes(path) : throw new InputException($"{path} has {file.Length:N0} bytes, {MostBytes:N0} are read; it is no fusion file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {e.Message}", e);
        }
    }

    int RuleOf(int scenario) => _ruleOf.Length == 0 ? 0 : _ruleOf[scenario];

    int RuleOf(Batch batch, int row)
    {
        if (_ruleOf.Length == 0) return 0;
        var scenario = 0;
        for (var level = 0; level < _schema.Levels.Length; level++) scenario = Next(scenario, level, batch.Nodes(level)[row]);
        return _ruleOf[scenario];
    }

    int Next(int scenario, int level, int node)
    {
        // Without rules of scenarios the number says nothing, and of many levels it might not fit.
        if (_ruleOf.Length == 0) return 0;
        var nodes = _schema.Levels[level].Nodes.Length;
        return node >= -1 && node < nodes ? scenario * (nodes + 1) + node + 1 : throw new ArgumentException($"Node {node} is out of range; {_schema.Levels[level].Column} has {nodes}, −1 is unknown.");
    }

    void Evaluate(int rule, ReadOnlySpan<float> scores, int rows, int first, Span<float> fused)
    {
        var tasks = _schema.Tasks.Length;
        if (scores.Length < tasks * rows) throw new ArgumentException($"{scores.Length} scores; {tasks} tasks × {rows} rows are needed.", nameof(scores));
        if (_programs[rule] is { } program)
        {
            if (program.Run(scores, rows, first, fused) is >= 0 and var row) throw NotFinite(rule, scores, rows, row);
            return;
        }

        scores.Slice((tasks - 1) * rows + first, fused.Length).CopyTo(fused);
    }

    InputException NotFinite(int rule, ReadOnlySpan<float> scores, int rows, int row)
    {
        var inputs = new string[_schema.Tasks.Length];
        for (var task = 0; task < inputs.Length; task++) inputs[task] = string.Create(CultureInfo.InvariantCulture, $"{_schema.Tasks[task].Name} = {scores[task * rows + row]:R}");
        return new InputException($"fusion {_rules[rule]} has no finite value for row {row + 1}: {string.Join(", ", inputs)}; change the formula so that it has one for all scores from 0 to 1.");
    }
}
