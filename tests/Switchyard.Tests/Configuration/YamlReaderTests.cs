using Switchyard.Data;

namespace Switchyard.Tests;

public sealed class YamlReaderTests
{
    [Fact]
    public void Parse_DuplicateKey_NamesBothPlaces() =>
        Runs.Error("sources: a\nfields: [b]\nsources: c").ShouldBe("run.yaml:3:1: key 'sources' is given twice, first at run.yaml:1:1; remove one of them.");

    [Fact]
    public void Parse_TabIndent_SaysSpaces() =>
        Runs.Error("split:\n\ttrain: a").ShouldStartWith("run.yaml:2:1: a tab indents this line; YAML is indented with spaces.");

    [Fact]
    public void Parse_BrokenList_HasPlace() =>
        Runs.Error("name: x\nfields: [a, b\ntasks: {}").ShouldMatch(@"^run\.yaml:[23]:\d+: not valid YAML: ");

    [Fact]
    public void Parse_UnquotedConditionInList_SaysQuote() =>
        Runs.Error(Runs.With("filter", "filter: [row mod 10 in [0..7]]")).ShouldContain("quotes");

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    public void Parse_Empty_SaysWhatIsNeeded(string yaml) => Runs.Error(yaml).ShouldContain("the configuration is empty; it needs at least sources");

    [Fact]
    public void Parse_ScalarRoot_IsRefused() => Runs.Error("just words").ShouldStartWith("run.yaml:1:1: expected keys such as");

    [Fact]
    public void Parse_SecondDocument_IsRefused() => Runs.Error("a: 1\n---\nb: 2").ShouldContain("a second document");

    [Fact]
    public void Parse_Tag_IsRefused() => Runs.Error("name: !secret x").ShouldBe("run.yaml:1:7: tag '!secret' is not supported; write the value without a tag (quote text that starts with '!').");

    [Fact]
    public void Parse_AliasBeforeAnchor_IsRefused() => Runs.Error("name: *x").ShouldStartWith("run.yaml:1:7: ");

    [Fact]
    public void Parse_AliasAndMergeKey_AreResolved()
    {
        var yaml = Runs.With("fields", """
            fields:
              - &base {name: region, min_count: 3, embedding: 8}
              - {<<: *base, name: item, embedding: 4}
            """);

        var item = Runs.Parse(yaml).Data.Fields[1];

        item.Name.ShouldBe("item");
        item.MinCount.ShouldBe(3);
        item.Embedding.ShouldBe(4);
    }

    [Fact]
    public void Parse_DeepNesting_IsRefused() =>
        Runs.Error("a: " + new string('[', 500) + new string(']', 500)).ShouldContain("nested more than 64 levels deep");

    [Fact]
    public void Parse_AliasExplosion_IsRefused()
    {
        var lines = Enumerable.Range(1, 12).Select(i => $"k{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]");

        Runs.Error("k0: &a0 [x, x]\n" + string.Join('\n', lines)).ShouldContain("once aliases are resolved");
    }

    [Fact]
    public void Parse_MergeOfScalar_IsRefused() => Runs.Error("name: x\n<<: 3").ShouldContain("'<<' merges mappings; found '3'.");

    [Fact]
    public void Expand_SetVariable_ReplacesText() =>
        Runs.ParseWith(Runs.With("sources", "sources: ${DATA:-/none}/a.csv"), "DATA", "/here").Data.Sources[0].Path.ShouldBe("/here/a.csv");

    [Fact]
    public void Expand_UnsetVariableWithDefault_TakesDefault() =>
        Runs.Parse(Runs.With("sources", "sources: ${DATA:-/none}/a.csv")).Data.Sources[0].Path.ShouldBe("/none/a.csv");

    [Fact]
    public void Expand_NumberFromVariable_IsANumber() =>
        ((WideOptions)Runs.ParseWith(Runs.With("model", "model:\n  name: wide\n  experts: ${N}"), "N", "9").Model.Options).Experts.ShouldBe(9);

    [Fact]
    public void Expand_UnsetVariable_NamesIt() =>
        Runs.Error(Runs.With("sources", "sources: ${DATA}/a.csv")).ShouldBe("run.yaml:8:10: environment variable DATA is not set; set it, or give a default: ${DATA:-default}.");

    [Fact]
    public void Expand_Doubled_IsLiteral() => Runs.Parse(Runs.With("name", "name: a$${b}")).Name.ShouldBe("a${b}");

    [Theory]
    [InlineData("name: ${A", "no closing brace")]
    [InlineData("name: ${a b}", "is not an environment variable")]
    public void Expand_BadReference_IsRefused(string line, string expected) => Runs.Error(Runs.With("name", line)).ShouldContain(expected);

    [Fact]
    public void Load_MissingFile_SaysSo() =>
        Should.Throw<InputException>(() => RunConfiguration.Load("nowhere/run.yaml")).Message.ShouldStartWith("nowhere/run.yaml: no such configuration file;");
}
