namespace Switchyard.Data;

/// <summary>A specification bound to the columns of one file: conditions as tests, names as indices.</summary>
sealed class BoundSpec
{
    // Place of a field that is built from other columns.
    const int NotRead = -1;

    readonly RowTest[] _filter;
    readonly RowTest[][] _parts;
    readonly bool[] _hasConditions;

    public BoundSpec(DataSpec spec, Header header)
    {
        header.RequireAll(Uses(spec));
        foreach (var field in spec.Fields.Where(f => f.History is not null && header.Find(f.Name) >= 0))
            throw new InputException(
                $"{header.File}: field '{field.Name}' is built from the log, but there is a column '{field.Name}' too. " +
                "Rename the field, or drop 'history' to read the column.");
        _filter = RowTest.Bind(spec.Filter, header, spec.Split);
        _parts = [RowTest.Bind(spec.Split.Train, header, spec.Split), RowTest.Bind(spec.Split.Validation, header, spec.Split), RowTest.Bind(spec.Split.Test, header, spec.Split)];
        _hasConditions = [.. _parts.Select(p => p.Length > 0)];
        Labels = [.. spec.Tasks.Select(t => RowTest.Bind(t.Label, header, spec.Split))];
        Masks = [.. spec.Tasks.Select(t => RowTest.Bind(t.Mask, header, spec.Split))];
        Fields = [.. spec.Fields.Select(f => f.History is null ? header.Require(f.Column ?? f.Name) : NotRead)];
        Levels = [.. spec.Scenario.Select(header.Require)];
        Weight = spec.Weight is { } weight ? header.Require(weight) : -1;
        Group = spec.Group is { } group ? header.Require(group) : -1;
        HasHistories = spec.Fields.Any(f => f.History is not null);
        var readsWholeRow = spec.Split.KeepIdenticalRowsTogether && spec.Tasks.Any(t => t.Mask.Prepend(t.Label).Any(c => c.Node is ConditionNode.Modulo { Hashed.IsEmpty: true }));
        Kept = readsWholeRow ? [.. Enumerable.Range(0, header.Names.Count)] : [.. Values(spec).Select(u => header.Require(u.Column)).Distinct()];
    }

    /// <summary>Columns that are read once it is known which rows are kept.</summary>
    public int[] Kept { get; }

    public bool HasHistories { get; }

    /// <summary>Column of every field; −1 for one that is built from the log.</summary>
    public int[] Fields { get; }

    public int[] Levels { get; }

    public RowTest[] Labels { get; }

    public RowTest[][] Masks { get; }

    public int Weight { get; }

    public int Group { get; }

    public bool Passes(TextRow row) => RowTest.AllHold(_filter, row);

    /// <summary>
    /// The part a row belongs to, null for none. A row is in a part when its source does not name another one and it meets the part's
    /// conditions; a part without conditions holds only the rows of the sources that name it.
    /// </summary>
    public Part? PartOf(TextRow row, Part? source)
    {
        Part? found = null;
        for (var p = Part.Train; p <= Part.Test; p++)
        {
            if (source is null ? !_hasConditions[(int)p] : source != p) continue;
            if (!RowTest.AllHold(_parts[(int)p], row)) continue;
            if (found is { } first)
                throw new InputException(
                    $"{row.Place} meets the conditions of both {first.Name()} and {p.Name()}. " +
                    "Make the parts of 'split' exclude each other.");
            found = p;
        }

        return found;
    }

    static IEnumerable<(string Column, string Use)> Uses(DataSpec spec)
    {
        foreach (var use in Values(spec)) yield return use;
        foreach (var condition in spec.Filter)
            foreach (var column in condition.Columns)
                yield return (column, "filter");
        foreach (var condition in spec.Split.Train.Concat(spec.Split.Validation).Concat(spec.Split.Test))
            foreach (var column in condition.Columns)
                yield return (column, "split");
    }

    static IEnumerable<(string Column, string Use)> Values(DataSpec spec)
    {
        foreach (var field in spec.Fields)
            foreach (var column in field.History?.Columns ?? [field.Column ?? field.Name])
                yield return (column, $"field {field.Name}");
        foreach (var level in spec.Scenario) yield return (level, "scenario");
        foreach (var task in spec.Tasks)
            foreach (var condition in task.Mask.Prepend(task.Label))
                foreach (var column in condition.Columns)
                    yield return (column, $"task {task.Name}");
        if (spec.Group is not null) yield return (spec.Group, "group");
        if (spec.Weight is not null) yield return (spec.Weight, "weight");
    }
}
