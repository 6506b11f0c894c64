namespace Switchyard.Evaluation;

/// <summary>Observed rows of a scenario × task by class, and the groups they are in. Rows come group after group.</summary>
struct CellRows
{
    ClassRows _positives;
    ClassRows _negatives;

    public readonly long Positives => _positives.Rows;

    public readonly long Negatives => _negatives.Rows;

    public readonly long Rows => Positives + Negatives;

    /// <summary>Groups of the class that is in fewer of them: the observations that the error of a difference rests on.</summary>
    public readonly long Groups => Math.Min(_positives.Groups, _negatives.Groups);

    /// <summary>Whether there are enough rows, and two groups of either class: from one group nothing is known of the error.</summary>
    public readonly bool Counts(EvaluationOptions options) => Positives >= options.MinPositives && Negatives >= options.MinNegatives && Groups >= 2;

    public void Add(bool positive, int group)
    {
        if (positive) _positives.Add(group);
        else _negatives.Add(group);
    }

    public override readonly string ToString() => $"{_positives.Describe("positive")}, {_negatives.Describe("negative")}";

    struct ClassRows
    {
        int _group;

        public long Rows { get; private set; }

        public long Groups { get; private set; }

        public void Add(int group)
        {
            if (Rows == 0 || group != _group) Groups++;
            _group = group;
            Rows++;
        }

        public readonly string Describe(string noun) => $"{Count(Rows, noun)} in {Count(Groups, "group")}";

        static string Count(long number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
    }
}
