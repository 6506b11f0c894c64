namespace Switchyard.Server;

/// <summary>Adds up what replayed requests came to, in the order of their records.</summary>
sealed class ReplayTally(int listed)
{
    /// <summary>Scenarios counted one by one; what a request calls its scenario is free.</summary>
    const int MostScenarios = 1000;

    const string Others = "(others)";

    readonly Dictionary<string, int> _scenarios = new(StringComparer.Ordinal);
    readonly Dictionary<string, Sums[]> _tasks = new(StringComparer.Ordinal);
    readonly List<string> _taskOrder = [];
    readonly List<string> _bad = [];
    readonly List<string> _cut = [];
    readonly List<ScoreDifference> _differences = [];
    readonly List<ScoreDifference> _worst = [];
    readonly SortedSet<string> _unmatched = new(StringComparer.Ordinal);
    long _requests;
    long _items;
    long _others;
    long _badCount;
    long _exact;
    long _different;
    OrderChanges _orders;

    public void Add(ReplayedRequest request)
    {
        if (request.IsOther)
        {
            _others++;
            return;
        }

        if (request.Problem is { } problem)
        {
            _badCount++;
            if (_bad.Count < listed) _bad.Add(problem);
            return;
        }

        _requests++;
        _items += request.Items;
        _exact += request.ExactScores;
        _different += request.Differences.Count;
        _differences.AddRange(request.Differences.Take(listed - _differences.Count));
        _unmatched.UnionWith(request.Unmatched);
        if (request.Worst is { } worst) AddWorst(worst);
        foreach (var (task, differences) in request.Compared) AddCompared(task, differences, request.Scenarios);
        var (isCompared, first, firstTen) = request.Order;
        if (isCompared) _orders = new OrderChanges(_orders.Orders + 1, _orders.First + (first ? 1 : 0), _orders.FirstTen + (firstTen ? 1 : 0));
    }

    /// <summary>A file ends within a record.</summary>
    public void AddCut(string file, long line) => _cut.Add($"{file}:{line}: the last line is cut, {line - 1} read");

    public ReplayReport Report(string bundle, string digest) => new()
    {
        Bundle = bundle,
        Digest = digest,
        Requests = _requests,
        Items = _items,
        OtherModels = _others,
        Cut = [.. _cut],
        Bad = _badCount,
        BadRecords = [.. _bad],
        ExactScores = _exact,
        DifferentScores = _different,
        Differences = [.. _differences],
        Tasks = [.. _taskOrder.SelectMany(Differences)],
        Unmatched = [.. _unmatched],
        Orders = _orders,
        Worst = [.. _worst],
    };

    // The first of equal ones stays before the later.
    void AddWorst(in ScoreDifference difference)
    {
        var size = Math.Abs(difference.Difference);
        var at = _worst.FindIndex(w => Math.Abs(w.Difference) < size);
        _worst.Insert(at < 0 ? _worst.Count : at, difference);
        if (_worst.Count > listed) _worst.RemoveAt(listed);
    }

    void AddCompared(string task, float[] differences, List<string> scenarios)
    {
        if (!_tasks.TryGetValue(task, out var sums))
        {
            _tasks.Add(task, sums = new Sums[MostScenarios + 1]);
            _taskOrder.Add(task);
        }

        for (var item = 0; item < differences.Length; item++) sums[Place(scenarios[item])].Add(differences[item]);
    }

    int Place(string scenario)
    {
        if (_scenarios.TryGetValue(scenario, out var place)) return place;
        if (_scenarios.Count == MostScenarios) return MostScenarios;
        _scenarios.Add(scenario, _scenarios.Count);
        return _scenarios.Count - 1;
    }

    IEnumerable<TaskDifference> Differences(string task)
    {
        var sums = _tasks[task];
        var all = default(Sums);
        foreach (var sum in sums) all.Add(sum);
        yield return all.Of(task, null);
        foreach (var (scenario, place) in _scenarios.OrderBy(s => s.Key, StringComparer.Ordinal).Append(KeyValuePair.Create(Others, MostScenarios)))
        {
            if (sums[place].Scores > 0) yield return sums[place].Of(task, scenario);
        }
    }

    struct Sums
    {
        double _sum;
        double _largest;

        public long Scores { get; private set; }

        public void Add(double difference)
        {
            Scores++;
            _sum += difference;
            _largest = Math.Max(_largest, difference);
        }

        public void Add(in Sums other) => (Scores, _sum, _largest) = (Scores + other.Scores, _sum + other._sum, Math.Max(_largest, other._largest));

        public readonly TaskDifference Of(string task, string? scenario) => new(task, scenario, Scores, _largest, Scores == 0 ? 0 : _sum / Scores);
    }
}
