using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>The layout of a comparison file.</summary>
internal sealed class ComparisonReader(string text, string file, string folder, Func<string, string?> environment, IReadOnlyDictionary<string, Type> models)
{
    const string VariantsKey = "variants";
    const string NameKey = "name";
    const string SizeKey = "size";

    public ComparisonConfiguration Read(ConfigurationNode node, string[] overrides)
    {
        var root = node as MapNode
            ?? throw node.Place.Error(node is ScalarNode { IsNull: true }
                ? "the comparison is empty; it needs at least base and variants (docs/comparing.md)."
                : $"expected keys such as 'base:' and 'variants:', found {node.Describe()}.");
        var options = (ComparisonOptions)new RecordShape(typeof(ComparisonOptions)).Read(root, "", [VariantsKey]);
        if (!root.Has(VariantsKey)) throw root.PlaceOf(VariantsKey).Error("key 'variants' is missing; it needs a mapping from names to what each changes in the base run.");
        var document = ReadBase(options.Base, root["base"]!.Place, overrides);
        var baseRun = document.Read();
        var variants = Variants(root[VariantsKey]!, document, baseRun);
        var name = options.Name ?? Path.GetFileNameWithoutExtension(file);
        return new ComparisonConfiguration
        {
            Name = name,
            File = file,
            Text = text,
            OutputDirectory = Path.GetFullPath(Path.Combine(folder, options.Output ?? $"runs/{name}")),
            Base = baseRun,
            Variants = variants,
            Options = options,
            Baseline = Named("baseline", options.Baseline) ?? variants[0].Name,
            Single = Named("single", options.Single) ?? Called("single") ?? variants.FirstOrDefault(v => v.Run.Model.Name == "single")?.Name,
            Pooled = Named("pooled", options.Pooled) ?? Called("pooled"),
        };

        string? Named(string key, string? variant)
        {
            if (variant is null || variants.Any(v => v.Name == variant)) return variant;
            var names = variants.Select(v => v.Name).ToArray();
            throw root[key]!.Place.Error($"{key}: there is no variant '{variant}'{Names.Suggest(variant, names)} Variants: {string.Join(", ", names)}.");
        }

        string? Called(string control) => variants.FirstOrDefault(v => v.Name == control)?.Name;
    }

    RunDocument ReadBase(string name, Place place, string[] overrides)
    {
        var path = Path.Combine(folder, name);
        var run = Directory.Exists(path) ? RunDocument.FileIn(path) : path;
        if (!File.Exists(run)) throw place.Error($"base: there is no file '{run}'; name the configuration of a run, relative to this file.");
        if (overrides.FirstOrDefault(o => o.Split('=')[0].Trim() == "training.seed") is { } seed)
            throw new InputException($"--set {seed}: the seeds of a comparison stand under 'seeds' of {file}; change them there, or choose some of them with --seeds.");
        return RunDocument.Load(Path.GetRelativePath(Directory.GetCurrentDirectory(), run), overrides, environment, models);
    }

    ImmutableArray<Variant> Variants(ConfigurationNode node, RunDocument document, RunConfiguration baseRun)
    {
        var variants = ImmutableArray.CreateBuilder<Variant>();
        foreach (var (key, changes) in Entries(node))
        {
            if (key.Text.Length == 0 || !key.Text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+'))
                throw key.Place.Error($"variants: the name '{key.Text}' is also part of file names; use letters, digits and - _ . + only.");
            if (variants.Any(v => string.Equals(v.Name, key.Text, StringComparison.OrdinalIgnoreCase)))
                throw key.Place.Error($"variants: '{key.Text}' is given twice; give every variant its own name.");
            variants.Add(ReadVariant(key, changes, document, baseRun));
        }

        return variants.Count > 0 ? variants.ToImmutable() : throw node.Place.Error("variants: there is none; name at least one.");
    }

    static IEnumerable<MapEntry> Entries(ConfigurationNode node) => node switch
    {
        MapNode map => map.Entries,
        ListNode list => list.Items.Select(item => item switch
        {
            ScalarNode { IsNull: false } model => new MapEntry(model, model),
            MapNode map when map[NameKey] is ScalarNode { IsNull: false } name => new MapEntry(name, map.Without(NameKey)),
            MapNode map => throw map.Place.Error("variants: a variant of a list needs a 'name'."),
            _ => throw item.Place.Error($"variants: expected the name of an architecture or a mapping with a name, found {item.Describe()}."),
        }),
        _ => throw node.Place.Error($"variants: expected a mapping from names to changes, found {node.Describe()}."),
    };

    Variant ReadVariant(ScalarNode name, ConfigurationNode changes, RunDocument document, RunConfiguration baseRun)
    {
        try
        {
            VariantSize? size = null;
            if (changes is MapNode map && map.Has(SizeKey))
            {
                size = (VariantSize)new ChoiceShape(typeof(VariantSize)).Read(map[SizeKey]!, SizeKey);
                changes = map.Without(SizeKey);
            }

            var run = document.WithChanges(changes).Read();
            Keep("name", run.Name == baseRun.Name, "the key in 'variants' is its name");
            Keep("output", run.Output == baseRun.Output, "set 'output' of the comparison");
            Keep("training.seed", run.Training.Seed == baseRun.Training.Seed, "the seeds of a comparison stand under 'seeds'");
            return new Variant(name.Text, run, size);
        }
        catch (InputException e)
        {
            // What a variant breaks may stand in the base: then only this says which variant it was.
            throw new InputException($"{name.Place}: variant '{name.Text}': {e.Message}", e);
        }

        void Keep(string key, bool same, string why)
        {
            if (!same) throw new InputException($"it changes {key}; {why}.");
        }
    }
}
