using System.Text.Json;

namespace Switchyard.Serving;

/// <summary>A folder with a bundle as it was seen on the disk. Equal to an earlier one where nothing has changed since.</summary>
sealed record SeenBundle(
    string Folder, long ManifestBytes, DateTime ManifestWritten, long WeightBytes, DateTime WeightsWritten, long FusionBytes, DateTime FusionWritten)
{
    const string Manifest = "manifest.json";
    const string Weights = "weights.safetensors";

    /// <summary>Looks at a folder; null where a file is not there, or went away meanwhile.</summary>
    public static SeenBundle? Of(string folder)
    {
        var (manifest, weights, fusion) = (File(Manifest), File(Weights), File(Fusion.FileName));
        try
        {
            return manifest.Exists && weights.Exists
                ? new SeenBundle(
                    folder, manifest.Length, manifest.LastWriteTimeUtc, weights.Length, weights.LastWriteTimeUtc,
                    fusion.Exists ? fusion.Length : 0, fusion.Exists ? fusion.LastWriteTimeUtc : default)
                : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        FileInfo File(string name) => new(Path.Combine(folder, name));
    }

    public static bool IsBundle(string folder) => File.Exists(Path.Combine(folder, Manifest));

    /// <summary>What the manifest says of the weights; null where it cannot be read, as while it is being copied.</summary>
    public (long Bytes, string Sha256)? Digest()
    {
        try
        {
            using var stream = File.OpenRead(Path.Combine(Folder, Manifest));
            using var document = JsonDocument.Parse(stream);
            var weights = document.RootElement.GetProperty("weights");
            return (weights.GetProperty("bytes").GetInt64(), weights.GetProperty("sha256").GetString() ?? "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}
