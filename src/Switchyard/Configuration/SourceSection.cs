using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>The section <c>sources</c>: paths, or mappings with a path.</summary>
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
            if (source.Path.Length == 0)
                throw items[i].Place.Error($"sources[{i}]: the path is empty.");
            if (!source.JoinOn.IsEmpty && i != 1)
                throw items[i].Place.Error($"sources[{i}]: join_on belongs to the second source, which is joined to the first.");
            if (source.Separator is '"' or '\r' or '\n')
                throw items[i].Place.Error($"sources[{i}]: a quotation mark or a line break cannot separate values.");
            sources.Add(source);
        }

        if (sources.Count > 2 && !sources[1].JoinOn.IsEmpty)
            throw items[2].Place.Error("sources[2]: only two sources can be joined; read several files of one kind with a pattern, for example data/*.csv.");
        return sources.ToImmutable();
    }

    static SourceSpec ReadOne(ConfigurationNode node, string path) => node switch
    {
        ScalarNode { IsNull: false } scalar => new SourceSpec { Path = scalar.Text },
        MapNode map => (SourceSpec)Shape.Read(map, path),
        _ => throw node.Place.Error($"{path}: expected a file path or a mapping with a path, found {node.Describe()}."),
    };
}

/// <summary>The section <c>split</c>: conditions, or separate files, never both.</summary>
internal static class SplitSection
{
    public static void Check(DataSpec data, MapNode root)
    {
        var place = root.PlaceOf("split");
        var parts = data.Sources.Count(s => s.Part is not null);
        var conditions = data.Split.Train.Length + data.Split.Validation.Length + data.Split.Test.Length;
        if (parts > 0 && conditions > 0)
            throw place.Error("split: the sources name their part already; remove either the conditions here or the key part there.");
        if (parts > 0 && data.Sources.Any(s => s.Part is null && s.JoinOn.IsEmpty))
            throw root.PlaceOf("sources").Error("sources: either every source names its part (train, validation, test) or none does.");
        if (parts > 0 && data.Sources.All(s => s.Part is not Part.Train))
            throw root.PlaceOf("sources").Error("sources: no source has part: train.");
        if (parts == 0 && data.Split.Train.IsEmpty)
            throw place.Error("split: key 'train' is missing; it needs a list of conditions such as [date < 2018-11-08] or [row mod 10 in [0..7]].");
    }
}
