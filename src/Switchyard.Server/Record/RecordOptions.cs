using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Which requests are kept with their scores, and how much of them.</summary>
public sealed record RecordOptions : IValidatableObject
{
    [Description("File to append to, with the end .jsonl, or a folder in which requests.jsonl is written. Relative to the configuration. Only its owner may read it.")]
    public required string Path { get; init; }

    [Description("Share of the requests that are kept; 0.01 is one in a hundred.")]
    [Range(0.000001, 1.0)]
    public double Share { get; init; } = 1;

    [Description("Size at which a file is closed and called requests.1.jsonl (the one before it then is requests.2.jsonl, and so on).")]
    [Range(1, 1000000)]
    public int Megabytes { get; init; } = 256;

    [Description("Files that are kept, the one being written among them; older ones are removed.")]
    [Range(1, 1000)]
    public int Files { get; init; } = 8;

    /// <summary>The file that is written.</summary>
    internal string File => Path.EndsWith(RecordSource.Extension, StringComparison.Ordinal) ? Path : System.IO.Path.Combine(Path, $"requests{RecordSource.Extension}");

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Path)) yield return new ValidationResult("name a folder, or a file that ends in .jsonl.", [nameof(Path)]);
    }
}
