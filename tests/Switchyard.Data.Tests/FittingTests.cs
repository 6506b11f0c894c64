namespace Switchyard.Data.Tests;

/// <summary>What is refused between counting the training rows and encoding them, and what a frozen schema asks of a configuration.</summary>
public sealed class FittingTests
{
    const string Rows = "x,n,p,y,part\nu,1,1,1,a\nv,2,2,0,a\n";

    static readonly DataSpec Spec = Make.Small() with
    {
        Fields =
        [
            Make.Categorical("x"),
            new FieldSpec { Name = "list", Column = "x", Type = FieldType.MultiValue, Shares = "x" },
            Make.Categorical("p") with { Role = FieldRole.Position, Fixed = "1" },
        ],
        Tasks = [Make.Task("y"), Make.Task("z", "y == 0") with { Given = "y" }],
    };

    static string Refusal(DataSpec spec, string rows = Rows)
    {
        using var folder = new TemporaryFolder().Write("rows.csv", rows);
        return folder.Refusal(spec);
    }

    static Dataset Frozen(TemporaryFolder folder, DataSpec spec)
    {
        using var trained = folder.Import(Spec);
        return Importer.Import(spec, trained.Schema, folder.Path, folder.Cache);
    }

    [Fact]
    public void Import_FixedValueThatTrainingLacks_IsRefusedWithThoseItHas()
    {
        var message = Refusal(Make.Small() with { Fields = [Make.Categorical("p") with { Role = FieldRole.Position, Fixed = "1.0" }] });
        message.ShouldContain("Field 'p'");
        message.ShouldContain("'1.0'");
        message.ShouldContain("'1', '2'");
    }

    [Theory]
    [InlineData("inf")]
    [InlineData(" 1")]
    [InlineData("first")]
    public void Import_NumericFixedValueThatIsNone_IsRefused(string value) =>
        Refusal(Make.Small() with { Fields = [Make.Numeric("p") with { Role = FieldRole.Position, Fixed = value }] }).ShouldContain($"found '{value}'");

    [Fact]
    public void Import_ScenarioColumnWithoutValues_IsRefusedAndNamed() =>
        Refusal(Make.Small() with { Scenario = ["s"], UnknownScenario = UnknownScenario.Parent }, "x,s,y,part\nu,,1,a\n").ShouldContain("'s' is empty in every training row");

    [Fact]
    public void Import_TooManyLeaves_AreRefusedWithCounts()
    {
        var rows = string.Concat(Enumerable.Range(0, 1001).Select(i => $"{i},{i},u,1,a\n"));
        var message = Refusal(Make.Small() with { Scenario = ["s", "t"] }, "s,t,x,y,part\n" + rows);
        message.ShouldContain("'s' (1001 values), 't' (1001 values)");
        message.ShouldContain("1000000");
    }

    [Fact]
    public void Import_NumbersTooLargeToFit_AreRefused()
    {
        const string Huge = "n,y,part\n1.7e308,1,a\n-1.7e308,0,a\n";
        var field = new FieldSpec { Name = "n", Type = FieldType.Numeric, Encoding = NumericEncoding.Standardise };
        Refusal(Make.Small() with { Fields = [field] }, Huge).ShouldContain("too large to standardise");
        Refusal(Make.Small() with { Fields = [Make.Numeric("n", 4)] }, Huge).ShouldContain("too far apart");
    }

    [Fact]
    public void Scale_AbsurdValues_AreLimited()
    {
        var encoder = new StandardiseEncoder(0, 1e-300);
        encoder.Scale(1e300).ShouldBe(1e6f);
        encoder.Scale(-1).ShouldBe(-1e6f);
        encoder.Scale(2e-300).ShouldBe(2f, 1e-5f);
        encoder.Scale(double.NaN).ShouldBe(float.NaN);
    }

    [Fact]
    public void NumberStatistics_WithoutQuantiles_HasTheSameMeanAndDeviation()
    {
        var (all, few) = (new NumberStatistics(10), new NumberStatistics(10, quantiles: false));
        foreach (var value in new[] { 2.0, 4, 4, 4, 5, 5, 7, 9 })
        {
            all.Add(value);
            few.Add(value);
        }

        (few.Mean, few.Deviation, few.Sampled).ShouldBe((all.Mean, all.Deviation, false));
    }

    public static TheoryData<string, DataSpec> OtherSpecs() => new()
    {
        { "Task 'z' is given another task", Spec with { Tasks = Spec.Tasks.SetItem(1, Spec.Tasks[1] with { Given = null }) } },
        { "another 'fixed'", Spec with { Fields = Spec.Fields.SetItem(2, Spec.Fields[2] with { Fixed = "2" }) } },
        { "another 'role'", Spec with { Fields = Spec.Fields.SetItem(2, Make.Categorical("p")) } },
        { "another 'separator'", Spec with { Fields = Spec.Fields.SetItem(1, Spec.Fields[1] with { Separator = ';' }) } },
        { "another 'shares'", Spec with { Fields = Spec.Fields.SetItem(1, Spec.Fields[1] with { Shares = null }) } },
    };

    [Theory]
    [MemberData(nameof(OtherSpecs), DisableDiscoveryEnumeration = true)]
    public void Import_FrozenSchemaOfAnotherConfiguration_IsRefused(string expected, DataSpec other)
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        Should.Throw<InputException>(() => Frozen(folder, other).Dispose()).Message.ShouldContain(expected);
    }

    [Fact]
    public void Import_FrozenSchemaWithAnotherLabel_IsTold()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        using (var same = Frozen(folder, Spec)) same.Summary.OtherLabels.ShouldBeEmpty();
        using var other = Frozen(folder, Spec with { Tasks = Spec.Tasks.SetItem(0, Make.Task("y") with { Mask = Make.All("x is present") }) });
        other.Summary.OtherLabels.ShouldHaveSingleItem().ShouldBe("task 'y': the configuration's label is 'y' where 'x is present', the model was trained on 'y'");
    }
}
