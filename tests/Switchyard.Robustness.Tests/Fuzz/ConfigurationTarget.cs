using System.Text;
using Switchyard.Data;

namespace Switchyard.Robustness.Tests;

/// <summary>A damaged configuration: parsed, bound, checked, and where it is accepted written and read again.</summary>
sealed class ConfigurationTarget : FuzzTarget
{
    static readonly byte[] Sound = Encoding.UTF8.GetBytes(Samples.Configuration);

    public override IReadOnlyList<string> Words =>
    [
        "&a ", "*a", "<<: *device", "!!binary ", "!x ", "---\n", "...\n", "? ", ": ", "- ", "|\n", ">\n", "[[", "{{", "[*a, *a]", "&a [*a]", "${HOME}", "${", "$${x}", "%YAML 1.2\n", "# ",
        "type: numeric", "buckets: 2147483647", "hash_buckets: 2147483647", "embedding: 2147483647", "experts: 2147483647", "widths: [2147483647]", "epochs: -1", "mod 0", "in [9..1]",
        "(((((((((", "not not not ", " and ", " or ", "hash(", "== ", "2018-11-07", "09:61:00", "day", "click", "\t", "x: {y: ", "{a: ", "[",
    ];

    public override bool Try(Mutator mutator)
    {
        try
        {
            var configuration = RunConfiguration.Parse(Encoding.UTF8.GetString(mutator.Mutate(Sound)), "run.yaml", Scratch.Folder, environment: _ => null);
            var text = configuration.ToYaml();
            var again = RunConfiguration.Parse(text, "run.yaml", Scratch.Folder, environment: _ => null).ToYaml();
            return again == text ? true : throw new FindingException($"written and read again it is another: {text}");
        }
        catch (InputException e)
        {
            return e.Message.Length > 0 && !e.Message.Contains('\n', StringComparison.Ordinal) ? false : throw new FindingException($"no single line: {e.Message}");
        }
    }
}
