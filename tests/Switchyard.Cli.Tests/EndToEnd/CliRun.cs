using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Switchyard.Cli.Tests;

/// <summary>A folder with a generated log of two scenario levels, a funnel, a masked task and a position; runs commands in this process.</summary>
sealed class CliRun : IDisposable
{
    public const int Rows = 600;

    public const string Header = "id,user,search,city,device,item,seen,price,slot,rowweight,click,buy,rating,day";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public CliRun()
    {
        Write("rows.csv", Lines(Rows).Prepend(Header));
        File.WriteAllText(
            Configuration,
            """
            name: demo
            sources: rows.csv
            fields:
              - city
              - device
              - {name: item, min_count: 2, embedding: 8}
              - {name: seen, type: multi-value, shares: item}
              - {name: user, hash_buckets: 32, embedding: 4}
              - {name: price, type: numeric, buckets: 8}
              - {name: price_z, column: price, type: numeric, encoding: standardise}
              - {name: slot, role: position, fixed: "1"}
            scenario: [city, device]
            tasks:
              click: click
              buy: {label: buy, given: click}
              like: {label: rating >= 4, mask: rating is present, weight: 0.5}
            group: search
            weight: rowweight
            split: {train: day <= 7, validation: day == 8, test: day >= 9}
            model: {name: aesm2, experts: 4, expert: {widths: [16, 8]}, tower_widths: [8]}
            training: {epochs: 2, batch_size: 64}
            """);
    }

    public string Folder => _folder.FullName;

    public string Configuration => Place("run.yaml");

    public string Bundle => Place("runs/demo/model");

    public string Place(string name) => Path.Combine(Folder, name);

    /// <summary>One test in this folder.</summary>
    public void Use(Action<CliRun> test)
    {
        using (this) test(this);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Rows without a header line; deterministic.</summary>
    public static IEnumerable<string> Lines(int rows)
    {
        var state = 12345u;
        for (var i = 0; i < rows; i++)
        {
            var city = "ams,ber,cph".Split(',')[Next(3)];
            var device = Next(2) == 0 ? "phone" : "desk";
            var item = Next(20);
            var seen = string.Join('|', Enumerable.Range(0, Next(4)).Select(_ => $"i{Next(20)}"));
            var price = Next(10) == 0 ? "" : (Next(1000) / 7.0).ToString("0.00", CultureInfo.InvariantCulture);
            var click = Next(100) < 15 + 3 * item ? 1 : 0;
            var buy = click == 1 && Next(2) == 0 ? 1 : 0;
            var rating = Next(3) == 0 ? "" : $"{1 + Next(5)}";
            yield return $"{i},u{Next(40)},s{i / 6},{city},{device},i{item},{seen},{price},{1 + Next(5)},{1 + Next(3)},{click},{buy},{rating},{1 + 10 * i / rows}";
        }

        int Next(int limit)
        {
            state = state * 1664525u + 1013904223u;
            return (int)((state >> 8) % (uint)limit);
        }
    }

    public void Write(string name, IEnumerable<string> lines) => File.WriteAllText(Place(name), string.Join('\n', lines) + "\n");

    public void Compress(string from, string to)
    {
        using var stream = new GZipStream(File.Create(Place(to)), CompressionLevel.Fastest);
        stream.Write(File.ReadAllBytes(Place(from)));
    }

    public CliResult Train(params string[] overrides) => Command(["train", Configuration], overrides);

    public CliResult Import(params string[] overrides) => Command(["import", Configuration], overrides);

    public CliResult Predict(string input, string output, params string[] more) =>
        Run(["predict", Bundle, "--input", Place(input), "--output", Place(output), .. more]);

    public static CliResult Run(params string[] args) => Run(CancellationToken.None, args);

    public static CliResult Run(CancellationToken cancellation, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = new Application(output, error, cancellation).Run(args);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    public string WeightsDigest(string run = "demo") =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Place($"runs/{run}/model/weights.safetensors"))));

    /// <summary>Files under the run's output folder that carry a temporary name.</summary>
    public IEnumerable<string> Leftovers() =>
        Directory.EnumerateFileSystemEntries(Folder, "*", SearchOption.AllDirectories).Where(f => f.Contains(".tmp", StringComparison.Ordinal) || f.Contains(".old-", StringComparison.Ordinal));

    public string[] ReadLines(string name) => File.ReadAllLines(Place(name), Encoding.UTF8);

    static CliResult Command(string[] command, string[] overrides) => Run([.. command, .. overrides.SelectMany(o => o.StartsWith("--", StringComparison.Ordinal) ? [o] : new[] { "--set", o })]);
}

/// <summary>What a command came to.</summary>
sealed record CliResult(int Code, string Output, string Error)
{
    public CliResult ShouldSucceed()
    {
        Code.ShouldBe(0, Error);
        return this;
    }

    /// <summary>One line of error with all the texts, the exit code of wrong input, no stack trace.</summary>
    public void ShouldRefuse(params string[] texts)
    {
        Code.ShouldBe(Application.InputError, Error);
        Error.ShouldNotContain("   at ");
        var lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith("error: ", StringComparison.Ordinal) || l.StartsWith("internal", StringComparison.Ordinal)).ToArray();
        lines.Length.ShouldBe(1, Error);
        foreach (var text in texts) lines[0].ShouldContain(text);
    }
}
