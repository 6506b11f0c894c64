using System.Text;
using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Training;

namespace Switchyard;

/// <summary>
/// Generates the key tables of docs/configuration.md. A table stands between the markers <c>&lt;!-- keys: training --&gt;</c> and
/// <c>&lt;!-- end --&gt;</c>; the text around them is written by hand.
/// </summary>
internal static class ConfigurationTables
{
    const string Open = "<!-- keys: ";
    const string Close = " -->";
    const string End = "<!-- end -->";

    /// <summary>Replaces every table of a document.</summary>
    /// <param name="document">Markdown with markers.</param>
    /// <param name="models">Options record of every architecture, by name: section <c>model.NAME</c>.</param>
    /// <exception cref="InvalidDataException">A marker has no end, an unknown section is named, or a section has no table.</exception>
    public static string Fill(string document, IReadOnlyDictionary<string, Type> models) => Fill(document, Sections(models));

    /// <summary>The same with other sections.</summary>
    public static string Fill(string document, SortedDictionary<string, Option[]> sections)
    {
        var missing = sections.Keys.Where(s => !document.Contains(Open + s + Close, StringComparison.Ordinal)).ToArray();
        if (missing.Length > 0)
            throw new InvalidDataException($"No table for: {string.Join(", ", missing)}. Add the markers {Open}NAME{Close} and {End}.");
        var text = new StringBuilder();
        var position = 0;
        while (document.IndexOf(Open, position, StringComparison.Ordinal) is >= 0 and var start)
        {
            var name = document[(start + Open.Length)..document.IndexOf(Close, start, StringComparison.Ordinal)];
            var end = document.IndexOf(End, start, StringComparison.Ordinal);
            if (end < 0 || !sections.TryGetValue(name, out var options))
                throw new InvalidDataException($"The table '{name}' has no end marker, or there is no such section ({string.Join(", ", sections.Keys)}).");
            text.Append(document, position, start - position).Append(Open).Append(name).Append(Close).Append('\n').Append(Table(options));
            position = end;
        }

        return text.Append(document, position, document.Length - position).ToString();
    }

    /// <summary>Replaces the table of docs/comparing.md.</summary>
    public static string FillComparison(string document) => Fill(
        document, new SortedDictionary<string, Option[]>(StringComparer.Ordinal) { ["comparison"] = [.. OptionSet.Of(typeof(ComparisonOptions)).Options] });

    /// <summary>The options of every section, by the name of its table.</summary>
    public static SortedDictionary<string, Option[]> Sections(IReadOnlyDictionary<string, Type> models)
    {
        var sections = new SortedDictionary<string, Option[]>(StringComparer.Ordinal)
        {
            ["data"] = [.. OptionSet.Of(typeof(DataSpec)).Options],
            ["evaluation"] = [.. OptionSet.Of(typeof(EvaluationOptions)).Options],
            ["fields"] = [.. OptionSet.Of(typeof(FieldSpec)).Options],
            ["history"] = [.. OptionSet.Of(typeof(HistorySpec)).Options],
            ["run"] = [.. OptionSet.Of(typeof(RunConfiguration)).Options.Where(o => o.Description.Length > 0).Select(o => o with { Required = false })],
            ["sources"] = [.. OptionSet.Of(typeof(SourceSpec)).Options],
            ["split"] = [.. OptionSet.Of(typeof(SplitSpec)).Options],
            ["tasks"] = [.. OptionSet.Of(typeof(TaskSpec)).Options.Where(o => o.Key != "name")],
            ["training"] = [.. OptionSet.Of(typeof(TrainingOptions)).Options],
            ["update"] = [.. OptionSet.Of(typeof(UpdateOptions)).Options],
        };
        foreach (var (name, type) in models)
        {
            var own = OptionSet.Of(type).Options.ToLookup(o => o.Property.DeclaringType == type);
            sections[$"model.{name}"] = [.. own[true]];
            // Every architecture has the same ones, which stand in one table.
            sections["model"] = [.. own[false]];
        }

        return sections;
    }

    /// <summary>The options of docs/fusion.md.</summary>
    public static SortedDictionary<string, Option[]> FusionSections() => new(StringComparer.Ordinal)
    {
        ["fusion"] = [.. OptionSet.Of(typeof(FusionOptions)).Options],
        ["objective"] = [.. OptionSet.Of(typeof(FusionObjective)).Options],
        ["scenarios"] = [.. OptionSet.Of(typeof(FusionScenarioOptions)).Options],
    };

    /// <summary>Those of docs/tuning.md.</summary>
    public static SortedDictionary<string, Option[]> TuneSections() => new(StringComparer.Ordinal)
    {
        ["range"] = [.. OptionSet.Of(typeof(TuneNumberOptions)).Options],
        ["tune"] = [.. OptionSet.Of(typeof(TuneOptions)).Options],
    };

    /// <summary>One section with the keys of an options record.</summary>
    public static SortedDictionary<string, Option[]> OptionSections(string name, Type type) => new(StringComparer.Ordinal) { [name] = [.. OptionSet.Of(type).Options] };

    static string Table(Option[] options)
    {
        var text = new StringBuilder("\n| key | value | default | meaning |\n|---|---|---|---|\n");
        foreach (var option in options) Row(text, option, "");
        return text.Append('\n').ToString();
    }

    static void Row(StringBuilder text, Option option, string prefix)
    {
        text.Append($"| `{prefix}{option.Key}` | {option.Shape.Label} | {Default(option)} | {option.Description.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        // Sources, fields, histories, tasks and split have tables of their own; a record inside options is listed under its key.
        if (Nested(option.Shape) is { } nested && nested.Assembly != typeof(DataSpec).Assembly)
            foreach (var inner in OptionSet.Of(nested).Options) Row(text, inner, $"{prefix}{option.Key}.");
    }

    static Type? Nested(ValueShape shape) => shape switch
    {
        RecordShape record => record.Type,
        NullableShape nullable => Nested(nullable.Inner),
        ListShape list => Nested(list.Element),
        _ => null,
    };

    static string Default(Option option) => option switch
    {
        { Required: true } => "required",
        { Default: null } => "–",
        _ when Nested(option.Shape) is not null => "–",
        _ => $"`{YamlText.Value(option.Shape.Write(option.Default)).Replace("|", "\\|", StringComparison.Ordinal)}`",
    };
}
