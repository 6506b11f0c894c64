namespace Switchyard;

/// <summary>Rows that training would refuse, by what is wrong with them, with the first places.</summary>
sealed class Problems
{
    public const int Examples = 3;

    readonly Dictionary<(string Check, string Subject), (long Count, List<string> Examples)> _kinds = [];

    public long Count { get; private set; }

    public IEnumerable<(string Check, string Subject, long Count, IReadOnlyList<string> Examples)> Kinds =>
        _kinds.Select(k => (k.Key.Check, k.Key.Subject, k.Value.Count, (IReadOnlyList<string>)k.Value.Examples));

    public void Add(string check, string subject, string example)
    {
        Count++;
        var (count, examples) = _kinds.GetValueOrDefault((check, subject), (0, []));
        if (examples.Count < Examples) examples.Add(example);
        _kinds[(check, subject)] = (count + 1, examples);
    }
}
