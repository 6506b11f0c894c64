using System.Globalization;
using System.Text.Json.Nodes;

namespace Switchyard.Models.Tests;

public sealed class ModelBundleErrorTests
{
    [Fact]
    public void Load_NoBundle_SaysWhatIsThere()
    {
        using var bundle = new TinyBundle();
        bundle.Refusal().ShouldContain("there is no such folder");
        Directory.CreateDirectory(bundle.Folder);
        bundle.Refusal().ShouldContain("manifest.json is not there");
        File.WriteAllText(bundle.ManifestFile, "{}");
        bundle.Refusal().ShouldContain("weights.safetensors is not there");
        Directory.Delete(bundle.Folder, recursive: true);
        File.WriteAllText(bundle.Folder, "");
        bundle.Refusal().ShouldContain("is a file");
    }

    [Fact]
    public void Load_ManifestThatIsNoJson_NamesThePosition()
    {
        using var bundle = TinyBundle.Saved();
        var lines = File.ReadAllLines(bundle.ManifestFile);
        lines[3] = lines[3].Replace(':', '?');
        File.WriteAllLines(bundle.ManifestFile, lines);
        bundle.Refusal().ShouldContain($"manifest.json, line 4, byte {lines[3].IndexOf('?', StringComparison.Ordinal) + 1}:");
    }

    [Theory]
    [InlineData("[]", "a JSON object was expected")]
    [InlineData("{}", "format is missing")]
    [InlineData("{\"format\":\"other\"}", "format is 'other'")]
    [InlineData("{\"format\":1}", "format must be a text")]
    [InlineData("{\"format\":\"a\",\"format\":\"b\"}", "no valid JSON")]
    [InlineData("{\"format\":\"\\ud800\"}", "a value is damaged")]
    [InlineData("", "no valid JSON")]
    public void Load_ManifestOfSomethingElse_IsRefused(string text, string reason)
    {
        using var bundle = TinyBundle.Saved();
        File.WriteAllText(bundle.ManifestFile, text);
        bundle.Refusal().ShouldContain(reason);
    }

    [Fact]
    public void Load_ManifestThatIsNotUtf8_IsRefused()
    {
        using var bundle = TinyBundle.Saved();
        File.WriteAllBytes(bundle.ManifestFile, [(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        bundle.Refusal().ShouldContain("not UTF-8");
    }

    [Fact]
    public void Load_NewerFormat_NamesBothVersions()
    {
        using var bundle = TinyBundle.Saved();
        bundle.EditManifest(m => m["format_version"] = 2);
        var message = bundle.Refusal();
        message.ShouldContain("format_version 2");
        message.ShouldContain("reads 1");
        message.ShouldContain("newer Switchyard");
    }

    [Theory]
    [InlineData("format_version")]
    [InlineData("architecture")]
    [InlineData("schema")]
    [InlineData("schema_fingerprint")]
    [InlineData("weights")]
    [InlineData("provenance")]
    [InlineData("metrics")]
    public void Load_MissingKey_IsNamed(string key)
    {
        using var bundle = TinyBundle.Saved();
        bundle.EditManifest(m => m.AsObject().Remove(key));
        bundle.Refusal().ShouldContain($"{key} is missing");
    }

    [Fact]
    public void Load_UnknownArchitecture_ListsTheKnownOnes()
    {
        using var bundle = TinyBundle.Saved();
        bundle.EditManifest(m => m["architecture"]!["name"] = "aesm3");
        var message = bundle.Refusal();
        message.ShouldContain("'aesm3' is unknown");
        message.ShouldContain("aesm2, ");
    }

    [Fact]
    public void Load_UnknownAndMissingOptions_AreAllNamed()
    {
        using var bundle = TinyBundle.Saved();
        bundle.EditManifest(m =>
        {
            var options = m["architecture"]!["options"]!.AsObject();
            options.Remove("tower_widths");
            options["towers"] = 3;
            options["expert"]!.AsObject().Remove("dropout");
            options["noise"] = null;
        });
        var message = bundle.Refusal();
        message.ShouldContain("architecture aesm2:");
        message.ShouldContain("missing option tower_widths");
        message.ShouldContain("copy the bundle again, or read it with the Switchyard that saved it");
        message.ShouldContain("unknown option towers");
        message.ShouldContain("missing option expert.dropout");
        message.ShouldContain("noise must be a JSON object");
    }

    [Theory]
    [InlineData("indicator_width", "\"x\"", "option indicator_width")]
    [InlineData("indicator_width", "0", "option indicator_width must be between 1 and 1024")]
    [InlineData("layers_per_level", "999999999", "option layers_per_level must be between 1 and 16")]
    [InlineData("tower_widths", "[4,-1]", "option tower_widths must be between 1 and 65536")]
    [InlineData("tower_widths", "null", "option tower_widths")]
    [InlineData("tower_widths", "[60000,60000]", "tower.0.hidden.1.weight")]
    public void Load_OptionOutOfRange_IsNamed(string key, string value, string reason)
    {
        using var bundle = TinyBundle.Saved();
        bundle.EditManifest(m => m["architecture"]!["options"]![key] = JsonNode.Parse(value));
        bundle.Refusal().ShouldContain(reason);
    }

    [Fact]
    public void Load_ChangedSchema_NamesBothFingerprints()
    {
        using var bundle = TinyBundle.Saved();
        bundle.EditManifest(m => m["schema"]!["levels"]![0]!["nodes"]![0] = "at");
        bundle.Refusal().ShouldContain(TinyBundle.Schema.Fingerprint());
    }

    [Theory]
    [InlineData("$.tables[0].rows", "6", "field city does not fit the rows of its table")]
    [InlineData("$.tables[1].name", "\"city\"", "two tables have one name")]
    [InlineData("$.tables[0]", "null", "needs a name, rows and a width")]
    [InlineData("$.fields[0].table", "9", "field city has no table")]
    [InlineData("$.fields[0].encoder", "null", "a field needs a name")]
    [InlineData("$.fields[0].encoder.values[1]", "null", "field city does not fit")]
    [InlineData("$.fields[1].encoder.field", "\"home\"", "field home does not fit")]
    [InlineData("$.fields[4].encoder.kind", "\"magic\"", "The schema cannot be read")]
    [InlineData("$.levels[1].nodes", "[]", "level channel needs nodes")]
    [InlineData("$.levels", "null", "The schema cannot be read")]
    [InlineData("$.tasks[0].given", "1", "task click is given a task")]
    [InlineData("$.tasks", "[]", "there are no tasks")]
    [InlineData("$.fields", "[]", "there are no fields")]
    public void Load_SchemaThatContradictsItself_IsRefused(string path, string value, string reason)
    {
        using var bundle = TinyBundle.Saved();
        bundle.EditManifest(m => Replace(m["schema"]!, path, JsonNode.Parse(value)));
        bundle.Refusal().ShouldContain(reason);
    }

    [Fact]
    public void Load_WeightsOfAnotherModel_NamesEveryProblemAtOnce()
    {
        using var bundle = TinyBundle.Saved();
        bundle.EditHeader(h => h
            .Replace("\"tower.0.hidden.0.weight\"", "\"tower.9.hidden.0.weight\"", StringComparison.Ordinal)
            .Replace("\"tower.1.hidden.0.bias\"", "\"tower.9.hidden.0.bias\"", StringComparison.Ordinal)
            .Replace("\"shape\":[5,4]", "\"shape\":[4,5]", StringComparison.Ordinal));
        var message = bundle.Refusal();
        message.ShouldContain("2 missing (tower.0.hidden.0.weight, tower.1.hidden.0.bias)");
        message.ShouldContain("2 unexpected (tower.9.hidden.0.bias, tower.9.hidden.0.weight)");
        message.ShouldContain("2 mis-shaped (embedding.city: [4, 5] in the file, [5, 4] in the model, tower.1.hidden.0.weight:");
    }

    [Fact]
    public void Load_ManyMissingWeights_NamesTenAndCountsTheRest()
    {
        using var bundle = TinyBundle.Saved();
        bundle.EditHeader(h => h.Replace("\"scenario.", "\"scene.", StringComparison.Ordinal));
        bundle.Refusal().ShouldMatch(@"\d+ missing \((scenario[\w.]+, ){10}and \d+ more\); \d+ unexpected \((scene[\w.]+, ){10}and \d+ more\)");
    }

    [Theory]
    [InlineData("\"F32\"", "\"F16\"", "has dtype F16")]
    [InlineData("\"dtype\":\"F32\"", "\"dtype\":3", "has no dtype")]
    [InlineData("\"shape\":[5,4]", "\"shape\":[5,4000000000000000000]", "needs 80000000000000000000 bytes")]
    [InlineData("\"shape\":[5,4]", "\"shape\":[5,-4]", "has no valid shape")]
    [InlineData("\"shape\":[5,4]", "\"shape\":[5,4.5]", "has no valid shape")]
    [InlineData("\"data_offsets\":[0,", "\"data_offsets\":[4,", "its data_offsets span")]
    [InlineData("\"data_offsets\":[0,", "\"data_offsets\":[-1,", "has no valid data_offsets")]
    [InlineData("\"__metadata__\":", "\"extra\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"__metadata__\":", "starts at byte 0, the one before it ends at 4")]
    [InlineData("\"__metadata__\":", "\"extra\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[900000,900004]},\"__metadata__\":", "extra starts at byte 900000")]
    [InlineData("\"__metadata__\"", "\"__metadata\"", "__metadata has no dtype")]
    [InlineData("}}", "}", "no valid JSON")]
    public void Load_MalformedHeader_SaysWhatIsWrong(string old, string replaced, string reason)
    {
        using var bundle = TinyBundle.Saved();
        bundle.EditHeader(h =>
        {
            var at = h.IndexOf(old, StringComparison.Ordinal);
            return h[..at] + replaced + h[(at + old.Length)..];
        });
        bundle.Refusal().ShouldContain(reason);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(100_000_001ul)]
    [InlineData(1ul << 40)]
    public void Load_HeaderLengthOutOfRange_IsRefused(ulong length)
    {
        using var bundle = TinyBundle.Saved();
        var bytes = File.ReadAllBytes(bundle.WeightsFile);
        BitConverter.GetBytes(length).CopyTo(bytes, 0);
        bundle.ReplaceWeights(bytes);
        bundle.Refusal().ShouldContain($"its header claims {length} bytes");
    }

    [Fact]
    public void Load_TruncatedWeights_AreRefused()
    {
        using var bundle = TinyBundle.Saved();
        var bytes = File.ReadAllBytes(bundle.WeightsFile);
        File.WriteAllBytes(bundle.WeightsFile, bytes[..^4]);
        bundle.Refusal().ShouldContain($"{bytes.Length - 4} bytes, manifest.json says {bytes.Length}");
        bundle.ReplaceWeights(bytes[..^4]);
        bundle.Refusal().ShouldContain("its tensors need");
        bundle.ReplaceWeights(bytes[..5]);
        bundle.Refusal().ShouldContain("a header needs at least 8");
    }

    [Fact]
    public void Load_FlippedBitInAWeight_FailsTheChecksum()
    {
        using var bundle = TinyBundle.Saved();
        var bytes = File.ReadAllBytes(bundle.WeightsFile);
        bytes[^1] ^= 1;
        File.WriteAllBytes(bundle.WeightsFile, bytes);
        bundle.Refusal().ShouldContain("SHA-256");
    }

    static void Replace(JsonNode root, string path, JsonNode? value)
    {
        var steps = path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.')[1..];
        var node = root;
        foreach (var step in steps[..^1]) node = Child(node, step);
        if (node is JsonArray array) array[int.Parse(steps[^1], CultureInfo.InvariantCulture)] = value;
        else node[steps[^1]] = value;
    }

    static JsonNode Child(JsonNode node, string step) =>
        node is JsonArray array ? array[int.Parse(step, CultureInfo.InvariantCulture)]! : node[step]!;
}
