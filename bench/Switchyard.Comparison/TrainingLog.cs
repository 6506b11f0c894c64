using System.Diagnostics;
using System.Globalization;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Comparison;

/// <summary>
/// A log of random rows, imported and handed out as train does it: shuffled in memory, anew in every epoch, and copied into a batch. As many
/// rows as bench/peers/torch_train.py has; ids are uniform over their tables.
/// </summary>
sealed class TrainingLog : IDisposable
{
    /// <summary>Training rows of protocol T1.</summary>
    public const int Rows = 140_726;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("switchyard-speed-");
    readonly Dataset _data;
    readonly IBatchSource _source;
    readonly Batch _batch;
    readonly List<double> _shuffles = [];
    int _epoch;
    int _left;

    public TrainingLog(Workload workload)
    {
        var file = Path.Combine(_folder.FullName, "rows.csv");
        Write(file, workload.Schema);
        _data = Dataset.OpenOrImport(SpecOf(workload.Schema, file), workload.Schema, _folder.FullName, _folder.FullName);
        _source = _data.Open(Part.Train, new ShuffleOptions());
        _batch = new Batch(_data.Schema, workload.Rows);
    }

    /// <summary>Seconds of the shuffle that fall on a batch.</summary>
    public double ShuffleSeconds => _shuffles.Order().ElementAt(_shuffles.Count / 2) * _batch.Capacity / Rows;

    /// <summary>Shuffles where less than a batch is left: such a rest is passed over, as the peer does it.</summary>
    public void Prepare()
    {
        if (_left > 0) return;
        // The first batch of all reads the file.
        if (_epoch == 0) _source.Next(_batch, _batch.Capacity);
        var start = Stopwatch.GetTimestamp();
        _source.Rewind(++_epoch);
        _shuffles.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        _left = Rows / _batch.Capacity;
    }

    /// <summary>The next rows, as many as a step takes.</summary>
    public Batch Next()
    {
        _left--;
        _source.Next(_batch, _batch.Capacity);
        return _batch;
    }

    public void Dispose()
    {
        _source.Dispose();
        _data.Dispose();
        _folder.Delete(recursive: true);
    }

    static DataSpec SpecOf(Schema schema, string file) => new()
    {
        Sources = [new SourceSpec { Path = file, Part = Part.Train }],
        Fields = [.. schema.Fields.Select(f => f.Kind == FieldKind.Number
            ? new FieldSpec { Name = f.Name, Type = FieldType.Numeric, Encoding = NumericEncoding.Standardise }
            : new FieldSpec { Name = f.Name, HashBuckets = schema.Tables[f.Table].Rows, Embedding = schema.Tables[f.Table].Width })],
        Scenario = [.. schema.Levels.Select(l => l.Column)],
        Tasks = [.. schema.Tasks.Select(t => new TaskSpec { Name = t.Name, Label = Condition.Parse(t.Name) })],
        Split = new SplitSpec(),
    };

    static void Write(string file, Schema schema)
    {
        var random = new SeededRandom(7, "training log");
        using var writer = new StreamWriter(file);
        writer.WriteLine(string.Join(',', schema.Fields.Select(f => f.Name).Concat(schema.Levels.Select(l => l.Column)).Concat(schema.Tasks.Select(t => t.Name))));
        for (var row = 0; row < Rows; row++)
        {
            // Values are hashed into the table, so that any large number is an id.
            for (var f = 0; f < schema.Fields.Length; f++) Put(random.Next(int.MaxValue));
            foreach (var level in schema.Levels)
            {
                writer.Write(level.Nodes[random.Next(level.Nodes.Length)]);
                writer.Write(',');
            }

            for (var task = 0; task < schema.Tasks.Length; task++) writer.Write(task == 0 ? Label() : $",{Label()}");
            writer.WriteLine();
        }

        void Put(int value)
        {
            writer.Write(value.ToString(CultureInfo.InvariantCulture));
            writer.Write(',');
        }

        string Label() => random.Next(20) == 0 ? "1" : "0";
    }
}
