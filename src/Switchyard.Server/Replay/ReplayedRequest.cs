using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>One record, scored again by one thread and compared. Made to be used again.</summary>
sealed class ReplayedRequest
{
    const int Top = 10;

    readonly RecordedRequest _record = new();
    // It was accepted, however long its lists.
    readonly RankRequest _request = new() { MostValues = int.MaxValue };
    byte[] _line = [];
    int _length;
    string _file = "";
    long _number;

    /// <summary>Why it could not be scored; null where it was.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether it is of a model with another name, and was passed over.</summary>
    public bool IsOther { get; private set; }

    public int Items { get; private set; }

    /// <summary>Scores that must have the bits of the record.</summary>
    public int ExactScores { get; private set; }

    /// <summary>Those that do not have them.</summary>
    public List<ScoreDifference> Differences { get; } = [];

    /// <summary>The others, a number for each item: by task, in the order of the record, fused ones last.</summary>
    public List<(string Task, float[] Differences)> Compared { get; } = [];

    /// <summary>The largest of those differences; null where there is none.</summary>
    public ScoreDifference? Worst { get; private set; }

    /// <summary>Tasks that only the record or only the model has.</summary>
    public List<string> Unmatched { get; } = [];

    /// <summary>Scenario of every item; empty where all scores are exact.</summary>
    public List<string> Scenarios { get; } = [];

    /// <summary>Whether the order of its items is compared, and whether its first and its first ten items changed.</summary>
    public (bool IsCompared, bool First, bool FirstTen) Order { get; private set; }

    /// <summary>Takes a copy of a line.</summary>
    public void Take(ReadOnlySpan<byte> line, string file, long number)
    {
        if (_line.Length < line.Length) _line = new byte[Math.Max(line.Length, 2 * _line.Length)];
        line.CopyTo(_line);
        (_length, _file, _number) = (line.Length, file, number);
    }

    /// <summary>Scores and compares.</summary>
    /// <param name="model">The model.</param>
    /// <param name="queue">Has a place for every thread.</param>
    /// <param name="name">Name of the models whose records are replayed; null for all.</param>
    public void Run(ServedModel model, ScoringQueue queue, string? name)
    {
        (Problem, IsOther, Items, ExactScores, Worst, Order) = (null, false, 0, 0, null, default);
        Differences.Clear();
        Compared.Clear();
        Unmatched.Clear();
        Scenarios.Clear();
        try
        {
            var line = _line.AsSpan(0, _length);
            _record.Read(line);
            IsOther = name is not null && _record.Model != name;
            if (IsOther) return;
            _record.Fill(line, model, _request);
            Score(queue);
            Compare();
        }
        catch (Exception e) when (e is InputException or RequestException)
        {
            Problem = $"{_file}:{_number}: {e.Message}";
        }
        finally
        {
            _request.Clear();
        }
    }

    void Score(ScoringQueue queue)
    {
        // There is a place for each thread: the call scores on this one and is over when it returns.
        var outcome = queue.ScoreAsync(_request).AsTask().GetAwaiter().GetResult();
        if (outcome.Status != ScoreStatus.Scored) throw new InvalidOperationException($"A request of a replay is {outcome.Status}.");
    }

    void Compare()
    {
        var model = _request.Model;
        var (isSame, isSameFusion) = (_record.Digest == model.Digest, _record.Digest == model.Digest && _record.Fusion == model.Fusion.Version);
        Items = _request.Items;
        foreach (var (task, scores) in _record.Scores)
        {
            if (model.Tasks.IndexOf(task) is >= 0 and var index) Compare(task, scores, _request.Scores.Slice(index * Items, Items), isSame);
            else Unmatched.Add($"only the records have the task {task}");
        }

        foreach (var task in model.Tasks)
        {
            if (_record.Scores.TrueForAll(s => s.Task != task)) Unmatched.Add($"only the model has the task {task}");
        }

        Compare(ScoreDifference.Fused, _record.Fused, _request.Fused, isSameFusion);
        if (Compared.Count == 0) return;
        for (var item = 0; item < Items; item++) Scenarios.Add(Scenario(item));
        if (_record.IsRank && !isSameFusion) CompareOrder();
    }

    void Compare(string task, List<float> recorded, ReadOnlySpan<float> replayed, bool isExact)
    {
        if (isExact)
        {
            ExactScores += replayed.Length;
            for (var item = 0; item < replayed.Length; item++)
            {
                if (!RecordedRequest.IsSame(recorded[item], replayed[item])) Differences.Add(Difference(task, item, recorded[item], replayed[item]));
            }

            return;
        }

        var differences = new float[replayed.Length];
        for (var item = 0; item < replayed.Length; item++)
        {
            differences[item] = RecordedRequest.IsSame(recorded[item], replayed[item]) ? 0 : Math.Abs(replayed[item] - recorded[item]);
            if (float.IsFinite(differences[item]) && differences[item] > Math.Abs(Worst?.Difference ?? 0)) Worst = Difference(task, item, recorded[item], replayed[item]);
        }

        Compared.Add((task, differences));
    }

    ScoreDifference Difference(string task, int item, float recorded, float replayed) =>
        new(_file, _number, item, RequestJson.Of(_request.Id(item)), task, recorded, replayed);

    void CompareOrder()
    {
        var order = _request.Order;
        int[] recorded = [.. Enumerable.Range(0, Items).OrderByDescending(i => _record.Fused[i])];
        var top = Math.Min(Top, Items);
        Order = (true, Items > 0 && recorded[0] != order[0], !order[..top].SequenceEqual(recorded.AsSpan(0, top)));
    }

    string Scenario(int item)
    {
        var levels = _request.Model.Columns.Levels;
        var names = new string[levels.Length];
        for (var level = 0; level < names.Length; level++) names[level] = _request.Value(item, levels[level]) is { IsEmpty: false } node ? RequestJson.Of(node) : "(missing)";
        return string.Join('/', names);
    }
}
