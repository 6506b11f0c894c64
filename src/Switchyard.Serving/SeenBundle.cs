using System.Text.Json;

namespace Switchyard.Serving;

/// <summary>A folder with a bundle as it was seen on the disk, through links. Equal to an earlier one where nothing has changed since.</summary>
sealed record SeenBundle(
    string Folder, string WeightPath, long ManifestBytes, DateTime ManifestWritten, long WeightBytes, DateTime WeightsWritten, long FusionBytes, DateTime FusionWritten)
{
    const string Manifest = "manifest.json";
    const string Weights = "weights.safetensors";

    /// <summary>Looks at a folder; null where a file is not there, or went away meanwhile.</summary>
    public static SeenBundle? Of(string folder)
    {
        try
        {
            var (manifest, weights, fusion) = (File(Manifest), File(Weights), File(Fusion.FileName));
            return manifest.Exists && weights.Exists
                ? new SeenBundle(
                    folder, weights.FullName, manifest.Length, manifest.LastWriteTimeUtc, weights.Length, weights.LastWriteTimeUtc,
                    fusion.Exists ? fusion.Length : 0, fusion.Exists ? fusion.LastWriteTimeUtc : default)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // Length and time of a link are its own.
        FileInfo File(string name)
        {
            var file = new FileInfo(Path.Combine(folder, name));
            return file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        }
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
