using System.Security.Cryptography;
using System.Text;
using Switchyard.Data;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard.Robustness.Tests;

/// <summary>What damaged files have shown, each once by itself.</summary>
public sealed class FindingsTests : IDisposable
{
    readonly Scratch _scratch = new();

    [Fact]
    public void Schema_EncoderWithoutKind_IsRefused()
    {
        using var data = ImportSample();
        var json = data.Schema.ToJson();
        var kind = json.IndexOf("\"kind\": \"vocabulary\"", StringComparison.Ordinal);
        kind.ShouldBeGreaterThan(0);
        Should.Throw<InputException>(() => Schema.FromJson(json.Remove(kind + 1, 4).Insert(kind + 1, "mind"))).Message.ShouldStartWith("The schema cannot be read");
    }

    [Fact]
    public void ColumnFile_DescriptionWithoutParts_IsRefused()
    {
        string path;
        ColumnFileInfo info;
        using (var data = ImportSample()) path = data.Path;
        using (var file = File.OpenHandle(path)) info = ColumnFile.ReadInfo(file);
        Refused(info with { Parts = info.Parts.RemoveAt(2) }).ShouldContain("not complete");
        Refused(info with { Parts = info.Parts.SetItem(0, info.Parts[0] with { Offsets = [-1] }) }).ShouldContain("no block can begin at byte -1");
        Refused(info with { Parts = info.Parts.SetItem(0, info.Parts[0] with { Rows = 1 << 30 }) }).ShouldContain("contradicts itself");
        Refused(info with { Parts = info.Parts.SetItem(0, info.Parts[0] with { Groups = -1 }) }).ShouldContain("contradicts itself");
        Refused(info with { Schema = info.Schema with { Tables = [] } }).ShouldContain("The schema is damaged");

        string Refused(ColumnFileInfo changed)
        {
            using (var stream = File.Create(path))
            {
                ColumnFile.WriteHeader(stream);
                stream.Write(new byte[64]);
                ColumnFile.WriteInfo(stream, changed);
            }

            return Should.Throw<InputException>(() => Dataset.Open(path).Dispose()).Message;
        }
    }

    [Theory]
    [InlineData("{\"a\\ud800\": {\"dtype\": \"F32\", \"shape\": [], \"data_offsets\": [0, 4]}}")]
    [InlineData("{\"a\": {\"dtype\": \"F32\\udc00\", \"shape\": [], \"data_offsets\": [0, 4]}}")]
    public void Safetensors_HalfASurrogatePair_IsRefused(string header)
    {
        var json = Encoding.UTF8.GetBytes(header);
        using var stream = new MemoryStream([.. BitConverter.GetBytes((long)json.Length), .. json, 0, 0, 0, 0]);
        Should.Throw<InputException>(() => SafetensorsHeader.Read(stream, "weights", static _ => { }, "F32")).Message.ShouldStartWith("weights: ");
    }

    [Fact]
    public void Checkpoint_StateWithoutItsParts_IsDamaged()
    {
        const string state = "{\"version\":1,\"position\":{}}";
        File.WriteAllText(_scratch.Place("state.json"), $"{{\"sha256\":\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)))}\",\"state\":{state}}}");
        Should.Throw<InvalidDataException>(() => CheckpointState.Read(_scratch.Place("state.json"))).Message.ShouldContain("is not complete");
    }

    [Fact]
    public void Configuration_NameWithADollarAndABrace_IsReadAsItWasWritten()
    {
        var text = Parse(Samples.Configuration.Replace("  click: click\n", "  \"c${lick\": click\n", StringComparison.Ordinal).Replace("given: click", "given: \"c$${lick\"", StringComparison.Ordinal)).ToYaml();
        Parse(text).ToYaml().ShouldBe(text);
    }

    [Fact]
    public void Configuration_TextOfSeveralLines_IsQuotedOnOne() =>
        Should.Throw<InputException>(() => Parse("\"several\\nlines\"")).Message.ShouldBe("run.yaml:1:1: expected keys such as 'sources:' and 'fields:', found 'several lines'.");

    RunConfiguration Parse(string yaml) => RunConfiguration.Parse(yaml, "run.yaml", _scratch.Folder, environment: _ => null);

    Dataset ImportSample()
    {
        _scratch.Write("rows.csv", Samples.Rows(60));
        return Importer.Import(Parse(Samples.Configuration).Data, _scratch.Folder, _scratch.Place("cache"));
    }

    public void Dispose() => _scratch.Dispose();
}
