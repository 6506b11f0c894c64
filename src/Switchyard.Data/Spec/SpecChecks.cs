using System.Collections.Immutable;
using System.Text;

namespace Switchyard.Data;

/// <summary>What can be said of a specification before any file is read.</summary>
static class SpecChecks
{
    public static void Check(DataSpec spec)
    {
        Sources(spec.Sources);
        if (spec.Fields.IsEmpty) throw new InputException("The configuration names no field. List under 'fields' the columns the model may read.");
        if (spec.Tasks.IsEmpty) throw new InputException("The configuration names no task. List under 'tasks' the labels to predict.");
        Unique(spec.Fields.Select(f => f.Name), "field");
        Unique(spec.Tasks.Select(t => t.Name), "task");
        Unique(spec.Scenario, "scenario column");
        foreach (var field in spec.Fields) Field(field, spec);
        Separators(spec);
        for (var i = 0; i < spec.Tasks.Length; i++) Task(spec.Tasks, i);
        if (LabelLeak(spec) is { } leak) throw new InputException($"The configuration's {leak.Key}: {leak.Message}");
    }

    /// <summary>A field or scenario column that a label is made of would hand the model the answer: its configuration key and what to say; null where there is none.</summary>
    public static (string Key, string Message)? LabelLeak(DataSpec spec)
    {
        foreach (var task in spec.Tasks)
        {
            foreach (var field in spec.Fields)
            {
                // A history holds what came of earlier rows only.
                if (field.History is null && task.Label.Columns.Contains(field.Column ?? field.Name))
                    return ("fields", $"field '{field.Name}' reads the label of task '{task.Name}' ({task.Label}): the model would be given the answer; remove the field.");
            }

            foreach (var level in spec.Scenario)
            {
                if (task.Label.Columns.Contains(level))
                    return ("scenario", $"scenario column '{level}' is read by the label of task '{task.Name}' ({task.Label}): the model would be given the answer; remove the column.");
            }
        }

        return null;
    }

    static void Sources(ImmutableArray<SourceSpec> sources)
    {
        if (sources.IsEmpty) throw new InputException("The configuration names no source. List under 'sources' the files to read.");
        foreach (var source in sources)
        {
            if (SourceChecks.Mistake(source) is { } mistake) throw new InputException($"Source '{source.Name}': {mistake}");
            Unique(source.Columns, $"column of source '{source.Name}'");
        }

        if (!sources[0].JoinOn.IsEmpty)
            throw new InputException($"Source '{sources[0].Name}' has join_on, but it is the first. The first source holds the rows; put join_on on the second.");
        if (sources.Count(s => !s.JoinOn.IsEmpty) > 1) throw new InputException("More than one source has join_on. Two sources can be joined; join the others beforehand.");
        if (sources.Count(s => s.Path == SourceFiles.StandardInput) > 1) throw new InputException("Standard input (-) can be only one source.");
        Unique(sources.Where(s => s.JoinOn.IsEmpty).Select(s => s.Query is { } query ? $"{s.Name}: {query}" : s.Name), "source");
    }

    static void Field(FieldSpec field, DataSpec spec)
    {
        var name = $"Field '{field.Name}'";
        if (field.Name.Length == 0) throw new InputException("A field has no name.");
        if (field.Embedding < 1) throw new InputException($"{name}: embedding {field.Embedding} must be at least 1.");
        if (field.MinCount < 1) throw new InputException($"{name}: min_count {field.MinCount} must be at least 1.");
        if (field.HashBuckets < 0) throw new InputException($"{name}: hash_buckets {field.HashBuckets} must be 0 (vocabulary) or the number of ids.");
        if (field.Buckets < 2) throw new InputException($"{name}: buckets {field.Buckets} must be at least 2.");
        if (!char.IsAscii(field.Separator)) throw new InputException($"{name}: separator '{field.Separator}' must be an ASCII character.");
        if (field.Role == FieldRole.Position)
        {
            if (field.Fixed is null) throw new InputException($"{name} has role position but no 'fixed': say which value stands in for it when scoring.");
            if (field.Type == FieldType.Numeric && Encoding.UTF8.GetBytes(field.Fixed) is var text && !TextNumber.TryParse(text, out _) && !TextNumber.IsMissing(text))
                throw new InputException($"{name}: 'fixed' must be a number, as the field is numeric; found '{field.Fixed}'.");
            if (field.Type is FieldType.MultiValue or FieldType.Sequence) throw new InputException($"{name}: a position has one value a row; types multi-value and sequence cannot have role position.");
        }
        else if (field.Fixed is not null)
        {
            throw new InputException($"{name} has 'fixed' but not role position. Add 'role: position' or drop 'fixed'.");
        }

        if (History(field) is { } wrong) throw new InputException($"{name}: {wrong.Message}");
        if (field.MaxLength < 1) throw new InputException($"{name}: max_length {field.MaxLength} must be at least 1.");
        if (field.Shares is not { } shares) return;
        if (field.Type == FieldType.Numeric) throw new InputException($"{name}: a numeric field has no vocabulary to share.");
        var owner = spec.Fields.FirstOrDefault(f => f.Name == shares)
            ?? throw new InputException($"{name} shares '{shares}', but there is no such field.{Suggestion.For(shares, spec.Fields.Select(f => f.Name))}");
        if (owner == field) throw new InputException($"{name} shares with itself. Drop 'shares'.");
        if (owner.Type == FieldType.Numeric) throw new InputException($"{name} shares '{shares}', which is numeric and has no vocabulary.");
        if (owner.Shares is { } further) throw new InputException($"{name} shares '{shares}', which itself shares '{further}'. Write 'shares: {further}'.");
    }

    // A list is written as text once, with one character between its items.
    static void Separators(DataSpec spec)
    {
        if (!spec.Sources.Any(s => s.Connection is not null || (s.Query is null && SourceFiles.FormatOf(s) == SourceFormat.Jsonl))) return;
        var lists = spec.Fields.Where(f => f.Type is FieldType.MultiValue or FieldType.Sequence && f.History is null);
        foreach (var fields in lists.GroupBy(f => f.Column ?? f.Name, StringComparer.Ordinal))
        {
            if (fields.FirstOrDefault(f => f.Separator != fields.First().Separator) is { } other)
                throw new InputException(
                    $"Fields '{fields.First().Name}' and '{other.Name}' read column '{fields.Key}' with separators '{fields.First().Separator}' and '{other.Separator}', " +
                    "but lists of JSON Lines and PostgreSQL are written with one. Give both the same separator.");
        }
    }

    /// <summary>What contradicts itself in a field's history: its configuration key and what to say; null where nothing does.</summary>
    public static (string Key, string Message)? History(FieldSpec field)
    {
        if (field.History is not { } history) return null;
        if (field.Type != FieldType.Sequence) return ("history", "only a field of type sequence can be built from the log; add 'type: sequence' or drop 'history'.");
        if (field.Column is not null) return ("column", "a field reads a column or is built from the log (history), not both; drop one of them.");
        return history.When.FirstOrDefault(c => c.Node is ConditionNode.Modulo { Hashed.Length: 0 }) is { } rows
            ? ("history", $"'{rows}' depends on where rows stand in a file, so no later file would give the same history; use a condition on columns.")
            : null;
    }

    static void Task(ImmutableArray<TaskSpec> tasks, int index)
    {
        var task = tasks[index];
        if (task.Name.Length == 0) throw new InputException("A task has no name.");
        if (!(task.Weight >= 0) || float.IsInfinity(task.Weight)) throw new InputException($"Task '{task.Name}': weight {task.Weight} must be 0 or more.");
        if (task.Given is not { } given) return;
        var at = IndexOf(tasks, given);
        if (at < 0) throw new InputException($"Task '{task.Name}' is given '{given}', but there is no such task.{Suggestion.For(given, tasks.Select(t => t.Name))}");
        if (at == index) throw new InputException($"Task '{task.Name}' is given itself. Drop 'given' or name another task.");
        if (at < index) return;
        // A chain that comes back is a cycle; otherwise the order alone is wrong.
        var seen = new HashSet<string>(StringComparer.Ordinal) { task.Name };
        for (var next = tasks[at]; ; next = tasks[IndexOf(tasks, next.Given!)])
        {
            if (!seen.Add(next.Name)) throw new InputException($"Tasks {string.Join(" → ", seen)} → {next.Name} are given one another in a circle. Drop one 'given'.");
            if (next.Given is null || IndexOf(tasks, next.Given) < 0) break;
        }

        throw new InputException($"Task '{task.Name}' is given '{given}', which is listed later. Move '{given}' up, before '{task.Name}'.");
    }

    static int IndexOf(ImmutableArray<TaskSpec> tasks, string name)
    {
        for (var i = 0; i < tasks.Length; i++)
            if (tasks[i].Name == name)
                return i;
        return -1;
    }

    static void Unique(IEnumerable<string> names, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
            if (!seen.Add(name))
                throw new InputException($"The {what} '{name}' is listed twice. Drop or rename one of them.");
    }
}
