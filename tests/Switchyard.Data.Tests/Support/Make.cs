using System.Collections.Immutable;

namespace Switchyard.Data.Tests;

/// <summary>Short forms of specifications and whole passes.</summary>
static class Make
{
    public static ImmutableArray<Condition> All(params string[] conditions) => [.. conditions.Select(Condition.Parse)];

    public static FieldSpec Categorical(string name, int minCount = 1) => new() { Name = name, MinCount = minCount };

    public static FieldSpec Numeric(string name, int buckets = 32) => new() { Name = name, Type = FieldType.Numeric, Buckets = buckets };

    public static TaskSpec Task(string name, string? label = null) => new() { Name = name, Label = Condition.Parse(label ?? name) };

    public static SplitSpec Split(string train, string validation, string test) =>
        new() { Train = All(train), Validation = All(validation), Test = All(test) };

    /// <summary>x categorical, label y, split by a column 'part' of a, b, c.</summary>
    public static DataSpec Small(string path = "rows.csv") => new()
    {
        Sources = [new SourceSpec { Path = path }],
        Fields = [Categorical("x")],
        Tasks = [Task("y")],
        Split = Split("part == a", "part == b", "part == c"),
    };

    /// <summary>Every row of a part in the order of one pass, as copies.</summary>
    public static List<Batch> Batches(IBatchSource source, int size = 1000)
    {
        var all = new List<Batch>();
        while (true)
        {
            var batch = new Batch(source.Schema, size);
            if (!source.Next(batch, size)) return all;
            all.Add(batch);
        }
    }

    /// <summary>One batch with a whole part in file order.</summary>
    public static Batch Whole(Dataset data, Part part)
    {
        using var source = data.Open(part);
        var batch = new Batch(data.Schema, (int)Math.Max(1, data.Rows(part)));
        source.Next(batch, batch.Capacity);
        return batch;
    }

    public static long[] RowNumbers(IBatchSource source, int epoch, int size = 1000)
    {
        source.Rewind(epoch);
        return [.. Batches(source, size).SelectMany(b => b.Rows.Take(b.Count))];
    }
}
