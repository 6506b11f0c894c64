using Switchyard.Data;
using Switchyard.Models;
using Switchyard.Serving;

namespace Switchyard.Comparison;

/// <summary>
/// What the serving benchmarks serve: AESM² of protocol T1n (samples/trivago/t1n.yaml), its columns marked by what they describe, trained for two
/// epochs with two seeds, and requests of 50 items made of the lists of the test day. Kept under the build's output and not made again.
/// </summary>
static class ServedTrivago
{
    public const int Items = 50;

    public const string Name = "trivago";

    public const string Path = $"/v1/models/{Name}/rank";

    const string Configuration = "samples/trivago/t1n.yaml";

    /// <summary>Columns that describe the request; the first six as text.</summary>
    public static readonly string[] Shared = ["region", "platform", "device", "dest_country", "has_sort_filter", "hour", "n_filters", "n_impressions", "step", "session_prior_clickouts"];

    /// <summary>Columns that describe an item; the first as text.</summary>
    public static readonly string[] Own = ["is_last_item", "position", "price", "price_rank", "price_ratio_mean", "item_prior_interactions", "item_prior_clickouts"];

    public static bool IsNumeric(string column) => Array.IndexOf(Shared, column) >= 6 || Array.IndexOf(Own, column) >= 1;

    /// <summary>Folder of everything that the benchmarks make.</summary>
    public static string Folder { get; } = Directory.CreateDirectory(System.IO.Path.Combine(AppContext.BaseDirectory, "serving")).FullName;

    /// <summary>The test day's requests.</summary>
    public static ServedList[] Lists(int count = 1000) => ServedList.Read(Log, Items, count);

    /// <summary>The test day's requests as they go over the wire.</summary>
    public static byte[][] Requests(IEnumerable<ServedList> lists) => [.. lists.Select(l => HttpConnection.Post(Path, l.ToJson()))];

    /// <summary>Folder of a trained bundle.</summary>
    /// <param name="seed">Two versions have different ones.</param>
    public static string Bundle(int seed)
    {
        var output = System.IO.Path.Combine(Folder, $"run-{seed}");
        var bundle = System.IO.Path.Combine(output, "model");
        if (Directory.Exists(bundle)) return bundle;
        string Names(IEnumerable<string> columns) => $"names: [{string.Join(", ", columns)}]";
        string[] sections =
        [
            $"{{{Names(Shared[..6])}, side: context}}", $"{{{Names(Shared[6..])}, side: context, type: numeric}}",
            $"{{{Names(Own[..1])}}}", $"{{{Names(Own[1..])}, type: numeric}}",
        ];
        Console.Error.WriteLine($"training a model with seed {seed} …");
        return Run.Train(RunConfiguration.Load(Configuration, [$"fields=[{string.Join(", ", sections)}]", $"output={output}", $"training.seed={seed}", "training.epochs=2"])).Bundle;
    }

    /// <summary>A folder of models with one version.</summary>
    /// <param name="name">Folder.</param>
    public static string Models(string name)
    {
        var models = System.IO.Path.Combine(Folder, name);
        if (Directory.Exists(models)) Directory.Delete(models, recursive: true);
        Directory.CreateDirectory(System.IO.Path.Combine(models, Name));
        Publish(models, "1", seed: 1);
        return models;
    }

    /// <summary>Publishes a version as docs/serving-models.md says: under a hidden name, then renamed.</summary>
    public static void Publish(string models, string version, int seed)
    {
        var hidden = System.IO.Path.Combine(models, Name, $".{version}");
        Directory.CreateDirectory(hidden);
        foreach (var file in Directory.GetFiles(Bundle(seed))) File.Copy(file, System.IO.Path.Combine(hidden, System.IO.Path.GetFileName(file)));
        Directory.Move(hidden, System.IO.Path.Combine(models, Name, version));
    }

    /// <summary>Writes a serve file.</summary>
    public static string ServeFile(string name, string more = "")
    {
        var file = System.IO.Path.Combine(Folder, $"{name}.yaml");
        File.WriteAllText(file, $"models: {{path: {Models(name)}, poll_seconds: 0.2}}\n{more}");
        return file;
    }

    /// <summary>The model in this process.</summary>
    public static ServedModel Load(int seed) => new(Name, "1", ModelBundle.Load(Bundle(seed)));

    static string Log
    {
        get
        {
            var data = Environment.GetEnvironmentVariable("SWITCHYARD_DATA") ?? System.IO.Path.Combine("..", "shared", "data");
            var log = System.IO.Path.Combine(data, "trivago", "impressions.csv.gz");
            return File.Exists(log) ? log : throw new InputException($"{log} is not there; SWITCHYARD_DATA names the folder that holds trivago/ (samples/trivago/README.md).");
        }
    }
}
