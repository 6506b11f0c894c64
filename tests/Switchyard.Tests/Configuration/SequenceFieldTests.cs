using Switchyard.Data;

namespace Switchyard.Tests;

/// <summary>Fields of type sequence in the configuration.</summary>
public sealed class SequenceFieldTests
{
    [Fact]
    public void Parse_SequenceFields_ReadsEveryKeyAndWritesItBack()
    {
        var run = Runs.Parse(Runs.With("fields",
            """
            fields:
              - item
              - {name: read, type: sequence, separator: " ", max_length: 30, order: newest-first, shares: item, pooling: sum}
              - {name: recent, type: sequence, shares: item, history: {of: user, item: item_id, when: [click == 1, price > 2], time: at}}
            """));

        run.Data.Fields[1].ShouldBe(new FieldSpec
        {
            Name = "read",
            Type = FieldType.Sequence,
            Separator = ' ',
            MaxLength = 30,
            Order = SequenceOrder.NewestFirst,
            Shares = "item",
            Pooling = Pooling.Sum,
        });
        run.Data.Fields[2].ShouldBe(new FieldSpec
        {
            Name = "recent",
            Type = FieldType.Sequence,
            Shares = "item",
            History = new HistorySpec { Of = "user", Item = "item_id", Time = "at", When = [Condition.Parse("click == 1"), Condition.Parse("price > 2")] },
        });
        Runs.Parse(run.ToYaml()).Data.Fields.ShouldBe(run.Data.Fields);
    }

    [Theory]
    [InlineData("{name: a, max_length: 3}", "field 'a': max_length has no effect here: it belongs to fields of type sequence.")]
    [InlineData("{name: a, type: multi-value, order: newest-first}", "field 'a': order has no effect here: it belongs to fields of type sequence.")]
    [InlineData("{name: a, separator: ;}", "field 'a': separator has no effect here: it belongs to fields of type multi-value or sequence.")]
    [InlineData("{name: a, type: sequence, max_length: 0}", "fields[0].max_length: expected a whole number")]
    [InlineData("{name: a, type: sequence, order: oldest}", "fields[0].order: expected oldest-first or newest-first, found 'oldest'")]
    [InlineData("{name: a, history: {of: u, item: i}}", "field 'a': only a field of type sequence can be built from the log")]
    [InlineData("{name: a, type: sequence, history: {of: u}}", "fields[0].history: key 'item' is missing; it needs a text.")]
    [InlineData("{name: a, type: sequence, history: {of: u, item: i, where: x}}", "unknown key 'where' in fields[0].history; did you mean 'when'?")]
    [InlineData("{name: a, type: sequence, history: {of: u, item: i, when: x =}}", "fields[0].history.when: ")]
    [InlineData("{name: a, type: sequence, history: {of: u, item: i, when: row mod 2 == 0}}", "field 'a': 'row mod 2 == 0' depends on where rows stand in a file")]
    [InlineData("{name: a, column: b, type: sequence, history: {of: u, item: i}}", "field 'a': a field reads a column or is built from the log (history), not both")]
    public void Parse_SequenceThatMakesNoSense_SaysWhatAndWhere(string field, string expected)
    {
        var text = $"fields: [{field}]";
        var yaml = Runs.With("fields", text);
        var message = Runs.Error(yaml);
        message.ShouldContain(expected);
        message.ShouldStartWith($"run.yaml:{Runs.LineOf(yaml, text)}:");
    }

    [Fact]
    public void Parse_HistoryOfALabel_IsNoLeakButTheColumnIs()
    {
        Runs.Parse(Runs.With("fields", "fields: [item, {name: recent, type: sequence, history: {of: user, item: item, when: click}}]")).Data.Fields.Length.ShouldBe(2);
        Runs.Error(Runs.With("fields", "fields: [item, {name: recent, column: click, type: sequence}]")).ShouldContain("reads the label of task 'click'");
    }
}
