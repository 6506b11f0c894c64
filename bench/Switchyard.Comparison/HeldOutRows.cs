using System.Globalization;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Generation;
using Switchyard.Models;

namespace Switchyard.Comparison;

/// <summary>
/// Rows of a world that are in none of its logs, the same for every model, number of rows and skew, with their true probabilities. A score is
/// measured against these, not against labels drawn from them, so that what differs between two models is the models.
/// </summary>
sealed class HeldOutRows
{
    const int BatchRows = 4096;

    readonly string _file;
    readonly int[] _scenarios;
    readonly double[][] _logged;
    readonly int _leaves;

    HeldOutRows(string file, int rows, int leaves, int tasks)
    {
        (_file, _leaves, _scenarios) = (file, leaves, new int[rows]);
        _logged = [.. Enumerable.Range(0, tasks).Select(_ => new double[rows])];
        Best = new AucCounter(leaves, tasks);
    }

    /// <summary>AUC of the true probability with the position fixed: what a model should learn.</summary>
    public AucCounter Best { get; }

    /// <summary>Writes rows of searches that come after those of the longest log.</summary>
    /// <param name="file">CSV to write.</param>
    /// <param name="world">The world; its scenarios have equal shares here (the planted ones where there are 2 × 2).</param>
    /// <param name="firstSearch">A search that is in no log.</param>
    /// <param name="rows">Rows to write.</param>
    public static HeldOutRows Write(string file, FundSearchOptions world, long firstSearch, int rows)
    {
        var made = new FundSearchWorld(world with { Skew = 0 });
        var held = new HeldOutRows(file, rows, made.Scenarios.Length, made.Tasks.Length);
        var row = made.Generate(rows, firstSearch);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var writer = new StreamWriter(file);
        writer.WriteLine(string.Join(',', made.Columns));
        for (var i = 0; i < rows; i++)
        {
            row.Next();
            writer.WriteLine(row.Text);
            held._scenarios[i] = row.Scenario;
            for (var task = 0; task < held._logged.Length; task++)
            {
                held._logged[task][i] = row.Logged(task);
                held.Best.Add(row.Scenario, task, row.Served(task), row.Logged(task));
            }
        }

        return held;
    }

    /// <summary>A model's AUC, positions fixed; and the multiply-adds of its matrix products over all rows.</summary>
    public (AucCounter Auc, LinearWork Work) Measure(Ranker ranker, RunConfiguration configuration)
    {
        using var data = Import(ranker, configuration);
        using var source = data.Open(Part.Test);
        var (pass, batch) = (new ForwardPass(ranker, GraphMode.Score), new Batch(ranker.Schema, BatchRows));
        var (auc, work) = (new AucCounter(_leaves, _logged.Length), default(LinearWork));
        var scores = new float[_logged.Length * BatchRows];
        source.Rewind(0);
        for (var at = 0; source.Next(batch, BatchRows); at += batch.Count)
        {
            batch.FixPositions();
            pass.Scores(batch, scores);
            work = new(work.Active + pass.Graph.Work.Active, work.Stored + pass.Graph.Work.Stored);
            for (var task = 0; task < _logged.Length; task++)
            {
                for (var i = 0; i < batch.Count; i++) auc.Add(_scenarios[at + i], task, scores[task * batch.Count + i], _logged[task][at + i]);
            }
        }

        return (auc, work);
    }

    /// <summary>Which experts these rows choose.</summary>
    public ExpertUse Count(Ranker ranker, RunConfiguration configuration)
    {
        using var data = Import(ranker, configuration);
        using var source = data.Open(Part.Test);
        return ExpertUse.Count(ranker, source);
    }

    Dataset Import(Ranker ranker, RunConfiguration configuration)
    {
        var spec = configuration.Data with
        {
            Sources = [new SourceSpec { Path = Path.GetFullPath(_file), Part = Part.Test }],
            Split = configuration.Data.Split with { Test = [] },
        };
        var data = Dataset.OpenOrImport(spec, ranker.Schema, configuration.BaseDirectory, configuration.ColumnDirectory);
        if (data.Rows(Part.Test) == _scenarios.Length) return data;
        data.Dispose();
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{_file}: {data.Rows(Part.Test)} rows read, {_scenarios.Length} written."));
    }
}
