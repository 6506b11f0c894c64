using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

/// <summary>Every model can gain ids, scenario nodes and tasks and keep what it knows.</summary>
public sealed class GrowthSuite
{
    static readonly GrowthPlan Copying = new(NewIds.Unseen, ImmutableDictionary<string, string>.Empty.Add("added", "task0"));

    static readonly GrowthPlan Fresh = new(NewIds.Fresh, ImmutableDictionary<string, string>.Empty);

    public static TheoryData<string> All() => ModelCases.All();

    [Theory]
    [MemberData(nameof(All))]
    public void Grow_Nothing_SameBits(string name)
    {
        var old = Trained.Train(ModelCases.Options(name), steps: 3);

        var grown = new GrownRanker(old, old.Schema, old.Options, 9, Copying);

        Trained.Bits(grown.Ranker).AsSpan().SequenceEqual(Trained.Bits(old)).ShouldBeTrue();
        foreach (var parameter in grown.Ranker.Parameters.Dense) grown.Kept(parameter).ShouldBe([(0, parameter.Length)]);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Grow_NewIds_OldIdsScoreTheSameBitsAndNewOnesAsUnseen(string name)
    {
        var old = Trained.Train(ModelCases.Options(name), steps: 3);
        var schema = Larger(old.Schema, ids: 5);

        var grown = new GrownRanker(old, schema, old.Options, 9, Copying).Ranker;

        var rows = TinyData.Rows(schema, 300, 7, unknown: 0.1);
        Enumerable.Range(0, 300).Count(r => rows.Ids(1)[r] >= old.Schema.Tables[1].Rows).ShouldBeGreaterThan(20);
        Trained.Bits(Trained.Scores(grown, rows)).ShouldBe(Trained.Bits(Trained.Scores(old, Translated(rows, old.Schema))));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Grow_NewNodesAndTasks_OldOnesScoreTheSameBits(string name)
    {
        // A choice among experts compares the gates of all nodes, new ones too; the rest of such a model is compared with the choice left out.
        var old = Trained.Train(Choosing(ModelCases.Options(name)), steps: 3);
        var schema = Larger(old.Schema, ids: 2, nodes: 2, task: 1);

        var grown = new GrownRanker(old, schema, old.Options, 9, Fresh).Ranker;

        var rows = TinyData.Rows(old.Schema, 300, 7);
        var (before, after) = (Trained.Scores(old, rows), Trained.Scores(grown, Translated(rows, schema)));
        for (var task = 0; task < old.Schema.Tasks.Length; task++)
        {
            var place = schema.Tasks.ToList().FindIndex(t => t.Name == old.Schema.Tasks[task].Name);
            Trained.Bits(after.AsSpan(300 * place, 300)).ShouldBe(Trained.Bits(before.AsSpan(300 * task, 300)), $"task {task}");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Grow_NewTaskFromAnOldOne_ScoresLikeIt(string name)
    {
        var old = Trained.Train(Choosing(ModelCases.Options(name)), steps: 3);
        var schema = Larger(old.Schema, task: 2);

        var grown = new GrownRanker(old, schema, old.Options, 9, Copying).Ranker;

        var scores = Trained.Scores(grown, TinyData.Rows(schema, 200, 7, unknown: 0.1));
        Trained.Bits(scores.AsSpan(400, 200)).ShouldBe(Trained.Bits(scores.AsSpan(0, 200)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Grow_NewTaskFresh_HasTheWeightsOfANewModel(string name)
    {
        var old = Trained.Train(ModelCases.Options(name), steps: 3);
        var schema = Larger(old.Schema, ids: 3, task: 1);

        var grown = new GrownRanker(old, schema, old.Options, 9, Fresh).Ranker;

        var random = new Ranker(schema, old.Options, 9);
        var tower = grown.Parameters.Dense.Where(p => p.Name.StartsWith("tower.1.", StringComparison.Ordinal)).ToArray();
        tower.ShouldNotBeEmpty();
        foreach (var parameter in tower) grown.Parameters.Values(parameter).SequenceEqual(random.Parameters.Values(parameter)).ShouldBeTrue(parameter.Name);
        var (table, fresh) = (grown.Parameters.Tables[0], random.Parameters.Tables[0]);
        table.Values.AsSpan(old.Parameters.Tables[0].Values.Length).SequenceEqual(fresh.Values.AsSpan(old.Parameters.Tables[0].Values.Length)).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Grow_NewNodes_EveryWeightOfThemIsTheMeanOfTheOldOnes(string name)
    {
        var old = Trained.Train(ModelCases.Options(name), steps: 3);
        var grown = new GrownRanker(old, Larger(old.Schema, nodes: 2), old.Options, 9, Fresh).Ranker.Parameters;
        foreach (var parameter in grown.Dense.Where(p => !p.Place.Axes.Summed && p.Place.Axes is { Rows: not null } or { Cols: not null } && p.Place.Axes != new MemberAxes(Rows: ModelShape.Of(old.Schema).EveryTask)))
        {
            var before = old.Parameters.Dense.Single(p => p.Name == parameter.Name);
            if (before.Length == parameter.Length) continue;
            var (was, now) = (old.Parameters.Values(before).ToArray(), grown.Values(parameter).ToArray());
            var (rowsWas, colsWas, cols) = (before.RowsEach, before.Cols, parameter.Cols);
            var each = parameter.Place.Axes.Cols is { } members ? cols / members.Count : cols;
            var byCols = parameter.Place.Axes.Cols is not null;
            var nodes = byCols ? colsWas / each : rowsWas;
            for (var row = byCols ? 0 : rowsWas; row < parameter.RowsEach; row++)
            {
                for (var col = byCols ? colsWas : 0; col < cols; col++)
                {
                    var mean = Enumerable.Range(0, nodes).Average(n => (double)(byCols ? was[row * colsWas + n * each + col % each] : was[n * colsWas + col]));
                    now[row * cols + col].ShouldBe((float)mean, $"{parameter.Name}[{row}, {col}]");
                }
            }
        }
    }

    [Fact]
    public void Grow_NewNodes_AesHasThemInEmbeddingsAndGates()
    {
        var old = Trained.Train(ModelCases.Options("aesm2"), steps: 3);
        var grown = new GrownRanker(old, Larger(old.Schema, nodes: 2), old.Options, 9, Fresh);

        var gate = grown.Ranker.Parameters.Dense.Single(p => p.Name == "scenario.0.0.gate.input");
        gate.Cols.ShouldBe(4 * 6);
        grown.Kept(gate).ToArray()[0].ShouldBe((0, 2 * 6));
        grown.Kept(gate).Count().ShouldBe(gate.Rows);
        grown.Kept(grown.Ranker.Parameters.Dense.Single(p => p.Name == "scenario_embedding.1.weight")).ShouldBe([(0, 3 * 16)]);
        grown.Kept(grown.Ranker.Parameters.Dense.Single(p => p.Name == "tower.0.output.weight")).Single().Length.ShouldBe(64);
        grown.KeptRows(grown.Ranker.Parameters.Tables[0]).ShouldBe(TinyData.Users);
    }

    [Theory]
    [InlineData(NewIds.Unseen)]
    [InlineData(NewIds.Mean)]
    public void Grow_NewIds_StartAsThePlanSays(NewIds newIds)
    {
        var old = Trained.Train(ModelCases.Options("mmoe"), steps: 3);
        var grown = new GrownRanker(old, Larger(old.Schema, ids: 2), old.Options, 9, new GrowthPlan(newIds, Fresh.TaskStarts));

        var (was, now) = (old.Parameters.Tables[1], grown.Ranker.Parameters.Tables[1]);

        for (var i = 0; i < was.Width; i++)
        {
            var expected = newIds == NewIds.Unseen ? was.Row(0)[i] : (float)Enumerable.Range(0, was.Rows).Average(r => (double)was.Row(r)[i]);
            now.Row(was.Rows)[i].ShouldBe(expected, 1e-6);
            now.Row(was.Rows + 1)[i].ShouldBe(now.Row(was.Rows)[i]);
        }
    }

    [Fact]
    public void Grow_EveryKindOfDeclaration_FollowsIt()
    {
        var old = new Ranker(TinyData.Schema([2], [-1, -1]), new DeclaringOptions(), 1);
        foreach (var buffer in old.Parameters.Buffers) for (var i = 0; i < buffer.Length; i++) buffer.Values[i] = i + 1;
        var grown = new GrownRanker(old, Larger(old.Schema, nodes: 1, task: 2), new DeclaringOptions(), 9, Copying);
        var (was, now) = (old.Parameters, grown.Ranker.Parameters);
        float[] Old(string name) => was.Values(was.Dense.Single(p => p.Name == name)).ToArray();
        float[] New(string name) => now.Values(now.Dense.Single(p => p.Name == name)).ToArray();

        New("stacked")[12..].ShouldBe([.. Enumerable.Range(0, 6).Select(i => (Old("stacked")[i] + Old("stacked")[6 + i]) / 2)], 1e-6f);
        New("node.2.task.0.w").ShouldBe([.. Old("node.0.task.0.w").Zip(Old("node.1.task.0.w"), (a, b) => (a + b) / 2)], 1e-6f);
        New("node.1.task.2.w").ShouldBe(Old("node.1.task.0.w"));
        New("both")[^1].ShouldBe((Old("both")[0] + Old("both")[2]) / 2, 1e-6f);
        now.Buffers.Single(b => b.Name == "statistics").Values.ShouldBe([1f, 2, 3, 4, 2, 3]);
        grown.Kept(now.Buffers.Single(b => b.Name == "statistics")).ShouldBe([(0, 4)]);
        now.Tables.Single(t => t.Name == "node.2.ids").Values.ShouldBe(
            [.. was.Tables.Single(t => t.Name == "node.0.ids").Values.Zip(was.Tables.Single(t => t.Name == "node.1.ids").Values, (a, b) => (a + b) / 2)], 1e-6f);
        grown.KeptRows(now.Tables.Single(t => t.Name == "node.2.ids")).ShouldBe(0);
        grown.Kept(now.Dense.Single(p => p.Name == "node.2.task.0.w")).ShouldBeEmpty();
    }

    /// <summary>The first task has nothing to read; it gains what reads the new task, which no old weight is the origin of.</summary>
    [Fact]
    public void Grow_TaskBeforeTheFirstOfAChain_WhatReadsItStartsRandom()
    {
        var old = Trained.Train(new AitmOptions(), steps: 3);

        var grown = new GrownRanker(old, Larger(old.Schema, task: 0), old.Options, 9, Copying);

        Parameter Weight(ParameterSet of, string name) => of.Dense.Single(p => p.Name == name);
        var (was, now) = (old.Parameters, grown.Ranker.Parameters);
        grown.OldName(Weight(now, "transfer.1.value")).ShouldBeNull();
        grown.Kept(Weight(now, "transfer.1.value")).ShouldBeEmpty();
        grown.OldName(Weight(now, "transfer.2.value")).ShouldBe("transfer.1.value");
        now.Values(Weight(now, "transfer.2.value")).SequenceEqual(was.Values(Weight(was, "transfer.1.value"))).ShouldBeTrue();
        now.Values(Weight(now, "task.1.0.weight")).SequenceEqual(was.Values(Weight(was, "task.0.0.weight"))).ShouldBeTrue();
    }

    [Theory]
    [InlineData("task0", false)]
    [InlineData("task1", true)]
    public void Grow_TaskAtTheEndOfAChain_OldTasksScoreTheSameBitsAndOnlyACopyOfTheFirstHasNothingToReadBy(string from, bool copies)
    {
        var old = Trained.Train(new AitmOptions { Transfer = true }, steps: 3);
        var schema = Larger(old.Schema, task: 3);

        var grown = new GrownRanker(old, schema, old.Options, 9, new GrowthPlan(NewIds.Unseen, ImmutableDictionary<string, string>.Empty.Add("added", from))).Ranker;

        var rows = TinyData.Rows(old.Schema, 300, 7);
        Trained.Bits(Trained.Scores(grown, Translated(rows, schema)).AsSpan(0, 900)).ShouldBe(Trained.Bits(Trained.Scores(old, rows)));
        float[] Weight(Ranker of, string name) => of.Parameters.Values(of.Parameters.Dense.Single(p => p.Name == name)).ToArray();
        Weight(grown, "transfer.3.value").ShouldBe(Weight(copies ? old : new Ranker(schema, old.Options, 9), copies ? "transfer.1.value" : "transfer.3.value"));
        Weight(grown, "task.3.0.weight").ShouldBe(Weight(old, copies ? "task.1.0.weight" : "task.0.0.weight"));
    }

    [Fact]
    public void Grow_SecondScenario_GainsTheBalanceThatOneHasNoUseFor()
    {
        var old = new Ranker(TinyData.Schema([1], [-1, -1]), new M3oeOptions(), 1);

        var grown = new GrownRanker(old, Larger(old.Schema, nodes: 1), old.Options, 9, Fresh);

        grown.OldName(grown.Ranker.Parameters.Dense.Single(p => p.Name == "scenario.gate.balance")).ShouldBeNull();
        grown.OldName(grown.Ranker.Parameters.Dense.Single(p => p.Name == "task.gate.balance")).ShouldBe("task.gate.balance");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Grow_WeightThatTheOlderModelLacks_IsRefusedUnlessOccasional(bool occasional)
    {
        var options = new DeclaringOptions { Third = true, Occasional = occasional };
        var old = new Ranker(TinyData.Schema([2], [-1, -1]), options, 1);

        GrownRanker Grow() => new(old, Larger(old.Schema, task: 2), options, 9, Copying);
        if (occasional)
        {
            var grown = Grow();
            grown.Kept(grown.Ranker.Parameters.Dense.Single(p => p.Name == "third")).ShouldBeEmpty();
        }
        else
        {
            Should.Throw<InvalidOperationException>(Grow).Message.ShouldBe("third: the older model has no such weight, and its declaration does not say that it may lack it.");
        }
    }

    [Fact]
    public void Grow_NewTaskFromNoOldTask_NamesIt()
    {
        var old = new Ranker(TinyData.Schema([2], [-1, -1]), new MmoeOptions(), 1);
        var plan = Fresh with { TaskStarts = Fresh.TaskStarts.Add("added", "task7") };

        Should.Throw<ArgumentException>(() => new GrownRanker(old, Larger(old.Schema, task: 2), old.Options, 1, plan))
            .Message.ShouldStartWith("Task 'added' is to start from 'task7', which is no task of the older model; its tasks are: task0, task1.");
    }

    [Fact]
    public void Grow_AxisThatIsNotDeclared_SaysSo()
    {
        var old = new Ranker(TinyData.Schema([2], [-1]), new DeclaringOptions { Silent = true }, 1);

        Should.Throw<InvalidOperationException>(() => new GrownRanker(old, Larger(old.Schema, nodes: 1), old.Options, 1, Fresh))
            .Message.ShouldContain("silent: its shape follows the number of nodes or tasks");
    }

    [Fact]
    public void Parameter_AxisThatDoesNotDivide_Throws() =>
        Should.Throw<InvalidOperationException>(() => new Scope(new ParameterSet(1)).Parameter("w", 5, 1, Init.Constant(0), axes: new MemberAxes(Rows: new Members("nodes", 2))))
            .Message.ShouldBe("w: 5 values cannot be divided among 2 of nodes.");

    [Fact]
    public void RequireShapes_OtherOptions_NamesThoseThatChangeTheWeights()
    {
        var old = Trained.Untrained(new Aesm2Options { Experts = 4 });

        GrownRanker.RequireShapes(old, new Aesm2Options { Experts = 4, AuxiliaryWeight = 0.5, Shared = 2 });
        GrownRanker.OptionDifferences(old.Options, new Aesm2Options { Experts = 4, AuxiliaryWeight = 0.5 }).ShouldBe(["model.auxiliary_weight was 0.01, is 0.5"]);
        Should.Throw<InputException>(() => GrownRanker.RequireShapes(old, new Aesm2Options { Experts = 5 })).Message.ShouldContain("model.experts was 4, is 5");
        Should.Throw<InputException>(() => GrownRanker.RequireShapes(old, new MmoeOptions())).Message.ShouldContain("The bundle holds a model aesm2, the configuration names mmoe");
    }

    /// <summary>
    /// The same model without what weighs all nodes or tasks against each other, new ones too: a choice among gates, a shared stream
    /// fed by the experts of every head, a chain of tasks, the experts of the others.
    /// </summary>
    static ModelOptions Choosing(ModelOptions options) => options switch
    {
        Aesm2Options aes => aes with { Select = false },
        HmoeOptions hmoe => hmoe with { MixLabels = false },
        PleOptions ple => ple with { Layers = 1 },
        HinetOptions hinet => hinet with { San = false },
        AitmOptions aitm => aitm with { Transfer = false },
        M3oeOptions m3oe => m3oe with { Balance = false },
        _ => options,
    };

    static Batch Translated(Batch rows, Schema to)
    {
        var batch = new Batch(to, rows.Count);
        new BatchTranslation(rows.Schema, to).Append(rows, rows.Count, batch);
        return batch;
    }

    /// <summary>The schema with more ids a table, more nodes a level, and a task "added" at a place.</summary>
    static Schema Larger(Schema schema, int ids = 0, int nodes = 0, int task = -1) => schema with
    {
        Tables = [.. schema.Tables.Select(t => t with { Rows = t.Rows + ids })],
        Levels = [.. schema.Levels.Select(l => l with { Nodes = [.. l.Nodes, .. Enumerable.Range(0, nodes).Select(n => $"new{n}")] })],
        Tasks = task < 0 ? schema.Tasks : Inserted(schema.Tasks, task),
    };

    static ImmutableArray<TaskInfo> Inserted(ImmutableArray<TaskInfo> tasks, int at) =>
        [.. tasks.Insert(at, new TaskInfo("added", -1, 1)).Select(t => t.Given >= at ? t with { Given = t.Given + 1 } : t)];

    /// <summary>Declares every kind of weight; computes nothing.</summary>
    sealed record DeclaringOptions : ModelOptions
    {
        public bool Silent { get; init; }

        /// <summary>A weight that a model of three tasks has.</summary>
        public bool Third { get; init; }

        public bool Occasional { get; init; }

        public override string Topology => "tests only";

        public override RankingModel Build(Scope scope, ModelShape shape)
        {
            var (nodes, tasks) = (shape.EveryNode(0), shape.EveryTask);
            scope.Parameter("stacked", 2, 3, Init.Normal(1), nodes.Count, new MemberAxes(Stack: nodes));
            scope.Parameter("both", nodes.Count, tasks.Count, Init.Normal(1), axes: new MemberAxes(Rows: nodes, Cols: tasks));
            scope.Buffer("statistics", 2 * nodes.Count, 0, nodes);
            scope.Repeat("node", nodes, (s, _) => (s.Table("ids", 3, 2, Init.Normal(1)), s.Repeat("task", tasks, (t, _) => t.Parameter("w", 2, 2, Init.Normal(1)))));
            if (Silent) scope.Parameter("silent", nodes.Count, 1, Init.Normal(1));
            if (Third && tasks.Count > 2) (Occasional ? scope.Occasional() : scope).Parameter("third", 1, 1, Init.Normal(1));
            return new Declaring();
        }
    }

    sealed class Declaring : RankingModel
    {
        public override void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits) => throw new NotSupportedException();
    }
}
