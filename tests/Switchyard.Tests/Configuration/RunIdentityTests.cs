namespace Switchyard.Tests;

public sealed class RunIdentityTests
{
    static readonly RunConfiguration Run = Runs.Parse(Runs.Minimal);

    // Identity of a run before fields had sides. An option that comes later must say so ([AbsentMeansDefault], or [JsonIgnore] with
    // WhenWritingDefault in the data), or checkpoints of older builds are refused.
    const string Before =
        """
        sources[0].path = data.csv
        fields[0].name = region
        fields[0].type = categorical
        fields[0].min_count = 1
        fields[0].hash_buckets = 0
        fields[0].encoding = buckets
        fields[0].buckets = 32
        fields[0].separator = |
        fields[0].pooling = mean
        fields[0].max_length = 50
        fields[0].order = oldest-first
        fields[0].embedding = 16
        fields[0].role = feature
        fields[1].name = item
        fields[1].type = categorical
        fields[1].min_count = 1
        fields[1].hash_buckets = 0
        fields[1].encoding = buckets
        fields[1].buckets = 32
        fields[1].separator = |
        fields[1].pooling = mean
        fields[1].max_length = 50
        fields[1].order = oldest-first
        fields[1].embedding = 16
        fields[1].role = feature
        unknown_scenario = error
        tasks.click.label = click
        tasks.click.weight = 1
        split.train[0] = row mod 10 in [0..7]
        split.validation[0] = row mod 10 == 8
        split.test[0] = row mod 10 == 9
        split.seed = 1
        split.keep_identical_rows_together = False
        model.name = mmoe
        model.experts = 6
        model.expert.widths[0] = 128
        model.expert.widths[1] = 64
        model.expert.batch_norm = False
        model.expert.dropout = 0
        model.tower_widths[0] = 64
        model.embedding.dropout = 0
        model.embedding.id_dropout = 0
        training.seed = 1
        training.epochs = 12
        training.batch_size = 2048
        training.optimizer = adam
        training.learning_rate = 0.001
        training.schedule.warmup_steps = 0
        training.schedule.decay = none
        training.schedule.floor = 0
        training.schedule.factor = 0.9
        training.beta1 = 0.9
        training.beta2 = 0.999
        training.epsilon = 1e-8
        training.weight_decay = 0
        training.embedding_learning_rate = 1
        training.clip_norm = 0
        training.embeddings = lazy
        training.normalise = rows
        training.monitor = mean_auc
        training.patience = 2
        training.validate_every = 0
        training.shuffle_rows = 262144
        evaluation.min_positives = 10
        evaluation.min_negatives = 10
        evaluation.top_k = 10
        evaluation.group_metrics = True
        update.new_ids = unseen
        update.new_tasks = related
        update.replay = 0
        """;

    [Fact]
    public void Of_OpenRows_NamesTheBuildAndTheRowsButNoSource()
    {
        var identity = RunIdentity.Of(Run, "abc");

        identity[RunIdentity.RowsKey].ShouldBe("abc");
        identity[RunIdentity.ProgramKey].ShouldBe(RunIdentity.Program);
        identity.Keys.ShouldContain("training.learning_rate");
        identity.Keys.ShouldNotContain(key => key.StartsWith("sources", StringComparison.Ordinal) || key.StartsWith("fields", StringComparison.Ordinal));
        RunIdentity.Program.Length.ShouldBe(64);
    }

    /// <summary>A run's own checkpoints go on with a newer build: only results that are kept for long must not.</summary>
    [Fact]
    public void Of_Configuration_GoesOnWithAnotherBuild() => RunIdentity.Of(Run).Keys.ShouldNotContain(RunIdentity.ProgramKey);

    [Fact]
    public void MayMiss_DefaultsOfLaterOptions_LeaveTheIdentityFromBeforeThem()
    {
        var run = Parse("mmoe");

        var mayMiss = RunIdentity.MayMiss(run);

        mayMiss.ShouldBe(new Dictionary<string, string> { ["fields[0].side"] = "item", ["fields[1].side"] = "item", ["model.heads"] = "task", ["model.level"] = "1" }, ignoreOrder: true);
        string[] rest = [.. RunIdentity.Of(run).Where(e => e.Key != RunIdentity.VersionKey && !mayMiss.ContainsKey(e.Key)).Select(e => $"{e.Key} = {e.Value}")];
        rest.ShouldBe(Before.Split('\n'));
    }

    [Fact]
    public void MayMiss_OtherValuesOfLaterOptions_AreNotAmongThem() =>
        RunIdentity.MayMiss(Parse("{name: mmoe, heads: pair}", "fields[1].side=user")).Keys.ShouldBe(["fields[0].side", "model.level"]);

    [Fact]
    public void Digest_OrderOfEntries_ChangesNothingAndAnyValueDoes()
    {
        KeyValuePair<string, string>[] identity = [new("b", "2"), new("a", "1")];

        var digest = RunIdentity.Digest(identity);

        digest.Length.ShouldBe(64);
        RunIdentity.Digest(identity.Reverse()).ShouldBe(digest);
        RunIdentity.Digest([new("b", "2"), new("a", "2")]).ShouldNotBe(digest);
        RunIdentity.Digest([new("b", "2"), new("c", "1")]).ShouldNotBe(digest);
    }

    static RunConfiguration Parse(string model, params string[] overrides) =>
        RunConfiguration.Parse(Runs.With("model", $"model: {model}"), "run.yaml", "/data/demo", overrides, _ => null);
}
