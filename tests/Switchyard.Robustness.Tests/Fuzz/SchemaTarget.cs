using System.Text;
using Switchyard.Data;

namespace Switchyard.Robustness.Tests;

/// <summary>A damaged schema.</summary>
sealed class SchemaTarget : FuzzTarget
{
    readonly byte[] _sound;

    public SchemaTarget()
    {
        Scratch.Write("rows.csv", Samples.Rows(60));
        var spec = RunConfiguration.Parse(Samples.Configuration, "run.yaml", Scratch.Folder).Data;
        using var data = Importer.Import(spec, Scratch.Folder, Scratch.Place("cache"));
        _sound = Encoding.UTF8.GetBytes(data.Schema.ToJson());
    }

    public override IReadOnlyList<string> Words => ["null", "[]", "{}", "\"kind\"", "[[[[[[[[[[", "{\"a\":", "1e400", "-1", "\\ud800", "\"$type\": \"hash\",", "given", "rows", "//", "/*"];

    public override bool Try(Mutator mutator)
    {
        try
        {
            var schema = Schema.FromJson(Encoding.UTF8.GetString(mutator.Mutate(_sound)));
            return schema.Fingerprint().Length == 64;
        }
        catch (InputException)
        {
            return false;
        }
    }
}
