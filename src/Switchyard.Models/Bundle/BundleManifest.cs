using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Models;

/// <summary>Everything of a bundle but its weights: manifest.json. See docs/bundle-format.md.</summary>
sealed record BundleManifest(Schema Schema, ModelOptions Options, ulong Seed, WeightDigest Weights, BundleMetadata Metadata)
{
    public const string Name = "manifest.json";

    public const string Format = "switchyard-bundle";

    /// <summary>Version of the format that is written; newer ones are refused.</summary>
    public const int Version = 1;

    /// <summary>Writes the manifest and forces it to the disk.</summary>
    public void Write(string path)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        using (var writer = new Utf8JsonWriter(stream, BundleJson.Readable))
        {
            writer.WriteStartObject();
            writer.WriteString("format", Format);
            writer.WriteNumber("format_version", Version);
            WriteModel(writer);
            WriteProvenance(writer);
            WriteOptional(writer, "metrics", Metadata.Metrics);
            writer.WriteEndObject();
        }

        stream.Flush(flushToDisk: true);
    }

    /// <summary>Reads and checks a manifest.</summary>
    /// <exception cref="InputException">The file is damaged, newer than this library or contradicts itself.</exception>
    public static BundleManifest Read(string path)
    {
        using var document = BundleJson.ParseObject(File.ReadAllBytes(path), path);
        try
        {
            return Read(new ManifestNode(document.RootElement, "", path), path);
        }
        catch (Exception e) when (
            e is JsonException or InvalidOperationException or NotSupportedException or FormatException or ArgumentException or OverflowException)
        {
            // What System.Text.Json and the encoders' constructors throw for values that no version of the library wrote.
            throw new InputException($"{path}: a value is damaged ({e.Message}).", e);
        }
    }

    static BundleManifest Read(ManifestNode root, string path)
    {
        if (root.Text("format") != Format) throw new InputException($"{path}: format is '{root.Text("format")}', a model bundle has '{Format}'.");
        var version = root.Integer("format_version");
        if (version != Version)
        {
            var remedy = version > Version ? "use the newer Switchyard that saved it" : "the file is damaged";
            throw new InputException($"{path}: format_version {version}, this Switchyard ({BundleMetadata.ThisVersion}) reads {Version}; {remedy}.");
        }

        var architecture = root.Object("architecture");
        var name = architecture.Text("name");
        if (!ModelZoo.Options.TryGetValue(name, out var type))
        {
            var known = string.Join(", ", ModelZoo.Options.Keys.Order(StringComparer.Ordinal));
            throw new InputException($"{path}: architecture '{name}' is unknown; known are {known}.");
        }

        var options = OptionsJson.Read(architecture.Any("options"), type, $"{path}: architecture {name}");
        var schema = ReadSchema(root, path);
        var weights = root.Object("weights");
        var provenance = root.Object("provenance");
        var metadata = new BundleMetadata
        {
            Created = provenance.Time("created"),
            LibraryVersion = provenance.Text("library_version"),
            Configuration = provenance.Optional("configuration")?.GetString(),
            Import = provenance.Optional("import"),
            Sources = ReadLater(provenance, "sources"),
            Training = provenance.Optional("training"),
            RunId = ReadLater(provenance, "run_id"),
            Ancestors = ReadAncestors(provenance, path),
            Metrics = root.Optional("metrics"),
        };
        return new BundleManifest(schema, options, provenance.Unsigned("seed"), new WeightDigest(weights.Integer("bytes"), weights.Text("sha256")), metadata);
    }

    static Schema ReadSchema(ManifestNode root, string path)
    {
        Schema schema;
        try
        {
            schema = Schema.FromJson(root.Object("schema").Element.GetRawText());
        }
        catch (InputException e)
        {
            throw new InputException($"{path}: {e.Message}", e);
        }

        var (said, found) = (root.Text("schema_fingerprint"), schema.Fingerprint());
        if (said == found) return schema;
        throw new InputException(
            $"{path}: the schema's fingerprint is {found}, schema_fingerprint says {said}; it was changed after training, copy the bundle again.");
    }

    /// <summary>A text that older bundles do not have: what they were trained on, and by which training.</summary>
    static string? ReadLater(ManifestNode provenance, string key) =>
        provenance.Element.TryGetProperty(key, out _) ? provenance.Optional(key)?.GetString() : null;

    /// <summary>Bundles that were saved before there were updates say nothing of ancestors.</summary>
    static ImmutableArray<BundleAncestor> ReadAncestors(ManifestNode provenance, string path)
    {
        if (!provenance.Element.TryGetProperty("ancestors", out var list)) return [];
        var ancestors = list.Deserialize<ImmutableArray<BundleAncestor>>(BundleJson.Values);
        return !ancestors.IsDefault && ancestors.All(a => a is { Run: not null, Weights: not null, Schema: not null })
            ? ancestors
            : throw new InputException($"{path}: provenance.ancestors must be a list of run, weights and schema; the file is damaged or of another version.");
    }

    void WriteModel(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("architecture");
        writer.WriteString("name", ModelZoo.NameOf(Options));
        writer.WritePropertyName("options");
        OptionsJson.Write(writer, Options);
        writer.WriteEndObject();
        writer.WriteStartObject("weights");
        writer.WriteNumber("bytes", Weights.Bytes);
        writer.WriteString("sha256", Weights.Sha256);
        writer.WriteEndObject();
        writer.WriteString("schema_fingerprint", Schema.Fingerprint());
        writer.WritePropertyName("schema");
        using var schema = JsonDocument.Parse(Schema.ToJson());
        schema.WriteTo(writer);
    }

    void WriteProvenance(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("provenance");
        writer.WriteString("library_version", Metadata.LibraryVersion);
        writer.WriteString("created", Metadata.Created.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        writer.WriteNumber("seed", Seed);
        writer.WriteString("configuration", Metadata.Configuration);
        WriteOptional(writer, "import", Metadata.Import);
        writer.WriteString("sources", Metadata.Sources);
        WriteOptional(writer, "training", Metadata.Training);
        writer.WriteString("run_id", Metadata.RunId);
        WriteOptional(writer, "ancestors", BundleMetadata.Describe(Metadata.Ancestors));
        writer.WriteEndObject();
    }

    static void WriteOptional(Utf8JsonWriter writer, string key, JsonElement? value)
    {
        writer.WritePropertyName(key);
        if (value is { ValueKind: not JsonValueKind.Undefined } element) element.WriteTo(writer);
        else writer.WriteNullValue();
    }
}
