using System.IO.Compression;
using Switchyard.Data;

namespace Switchyard.Comparison;

/// <summary>The trivago log as a daily team has it: 7 November, and 8 November in two halves by FNV-1a-64(user_id) mod 2. Region OTHER is left out.</summary>
/// <param name="Day">File of 7 November.</param>
/// <param name="First">File of the half of 8 November that updates.</param>
/// <param name="Second">File of the half that tests.</param>
/// <param name="TestUsers">User of every row of <paramref name="Second"/>, as a dense number.</param>
/// <param name="Users">Number of users.</param>
sealed record DayFiles(string Day, string First, string Second, int[] TestUsers, int Users)
{
    public static DayFiles Write(string log, string folder)
    {
        Directory.CreateDirectory(folder);
        string[] names = [Path.Combine(folder, "day-7.csv.gz"), Path.Combine(folder, "day-8-first.csv.gz"), Path.Combine(folder, "day-8-second.csv.gz")];
        var users = new Dictionary<string, int>(StringComparer.Ordinal);
        var testUsers = new List<int>();
        var files = names.Select(n => new StreamWriter(new GZipStream(File.Create(n), CompressionLevel.Optimal))).ToArray();

        // Lines are copied as they stand; the rows beside them say where each belongs.
        using var lines = new StreamReader(Open(log));
        using var rows = new CsvRows(Open(log), log);
        var header = lines.ReadLine()!;
        foreach (var file in files) file.WriteLine(header);
        var columns = rows.Header.ToList();
        var (date, region, user) = (columns.IndexOf("date"), columns.IndexOf("region"), columns.IndexOf("user_id"));
        while (rows.Read())
        {
            var line = lines.ReadLine()!;
            if (rows.Text(region) == "OTHER") continue;
            var half = rows.Text(date) == "2018-11-07" ? 0 : Fnv1a64.Of(rows[user]) % 2 == 0 ? 1 : 2;
            files[half].WriteLine(line);
            if (half != 2) continue;
            var name = rows.Text(user);
            if (!users.TryGetValue(name, out var number)) users[name] = number = users.Count;
            testUsers.Add(number);
        }

        foreach (var file in files) file.Dispose();
        return new DayFiles(names[0], names[1], names[2], [.. testUsers], users.Count);
    }

    static GZipStream Open(string log) => new(File.OpenRead(log), CompressionMode.Decompress);
}
