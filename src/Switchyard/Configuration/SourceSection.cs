using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>The section <c>sources</c>: paths, or mappings with a path or a query.</summary>
internal static class SourceSection
{
    static readonly RecordShape Shape = new(typeof(SourceSpec));

    public static ImmutableArray<SourceSpec> Read(ConfigurationNode node)
    {
        var items = node is ListNode list ? list.Items : [node];
        if (items.IsEmpty)
            throw node.Place.Error("sources: the list is empty; name at least one file, or - for standard input.");
        var sources = ImmutableArray.CreateBuilder<SourceSpec>();
        for (var i = 0; i < items.Length; i++)
        {
            var source = ReadOne(items[i], $"sources[{i}]");
            if (SourceChecks.Mistake(source) is { } mistake)
                throw items[i].Place.Error($"sources[{i}]: {mistake}");
            if (!source.JoinOn.IsEmpty && i != 1)
                throw items[i].Place.Error($"sources[{i}]: join_on belongs to the second source, which is joined to the first.");
            sources.Add(source);
        }

        if (sources.Count > 2 && !sources[1].JoinOn.IsEmpty)
            throw items[2].Place.Error("sources[2]: only two sources can be joined; read several files of one kind with a pattern, for example data/*.csv.");
        return sources.ToImmutable();
    }

    static SourceSpec ReadOne(ConfigurationNode node, string path) => node switch
    {
        ScalarNode { IsNull: true } => throw node.Place.Error($"{path}: the path is missing; standard input is written \"-\", in quotes."),
        ScalarNode scalar => new SourceSpec { Path = scalar.Text },
        MapNode map => (SourceSpec)Shape.Read(map, path),
        _ => throw node.Place.Error($"{path}: expected a file path or a mapping with a path, found {node.Describe()}."),
    };
}

/// <summary>The section <c>split</c>: conditions, separate files, or both: a file of training rows that conditions divide, and a test file.</summary>
internal static class SplitSection
{
    public static SplitSpec Read(ConfigurationNode? node) =>
        node is null ? new SplitSpec() : (SplitSpec)new RecordShape(typeof(SplitSpec)).Read(node, "split");

    public static void Check(DataSpec data, MapNode root)
    {
        var hasConditions = !(data.Split.Train.IsEmpty && data.Split.Validation.IsEmpty && data.Split.Test.IsEmpty);
        var named = data.Sources.Count(s => s.Part is not null);
        if (!hasConditions && named == 0)
            throw root.PlaceOf("split").Error(
                $"{(root.Has("split") ? "split: key 'train'" : "key 'split'")} is missing; it needs conditions such as train: [date < 2018-11-08] or train: row mod 10 in [0..7].");
        if (!hasConditions && data.Sources.Any(s => s.Part is null && s.JoinOn.IsEmpty))
            throw root.PlaceOf("sources").Error("sources: without conditions in split, every source names its part (train, validation or test).");
        if (data.Split.Train.IsEmpty && data.Sources.All(s => s.Part is not Part.Train))
            throw root.PlaceOf("split").Error("split: no row can be a training row; give split.train a condition, or a source part: train.");
    }
}
