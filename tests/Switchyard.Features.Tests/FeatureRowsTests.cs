using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using System.Text;
using Switchyard.Data;

namespace Switchyard.Features.Tests;

public sealed class FeatureRowsTests
{
    static readonly FeatureEntity Item = new("item", 0, FieldSide.Item, "item_id", "item", "item_id", ["a", "b", "c"]);

    [Fact]
    public void Trim_ManyKeys_LetsGoOfRowsAndRoom()
    {
        var rows = new FeatureRows();
        var found = Fill(rows);
        rows.Trim();
        rows.Count.ShouldBe(0);
        GC.Collect();
        found.IsAlive.ShouldBeFalse();
        rows.Clear(Item);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) rows.Add("0123456789"u8);
        // Grown again: the room was not kept.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeGreaterThan(100_000);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference Fill(FeatureRows rows)
    {
        rows.Clear(Item);
        for (var i = 0; i < 10_000; i++) rows.Add("0123456789"u8);
        var row = FeatureRow.Of(["x", null, "y"]);
        rows.Set(0, row);
        return new WeakReference(row);
    }

    [Fact]
    public void Of_Values_AreReadBack()
    {
        var row = FeatureRow.Of(["x", null, "Köln"]);
        row.IsKnown.ShouldBeTrue();
        Encoding.UTF8.GetString(row[0]).ShouldBe("x");
        row[1].IsEmpty.ShouldBeTrue();
        Encoding.UTF8.GetString(row[2]).ShouldBe("Köln");
        FeatureRow.Unknown()[2].IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Add_ManyKeysThenClear_BeginsAnew()
    {
        var rows = new FeatureRows();
        for (var round = 0; round < 3; round++)
        {
            rows.Clear(Item);
            for (var i = 0; i < 100; i++) rows.Add($"key{i}").ShouldBe(i);
            for (var i = 0; i < 100; i++)
            {
                Encoding.UTF8.GetString(rows.Key(i)).ShouldBe($"key{i}");
                rows[i].ShouldBeNull();
                rows.Set(i, i % 2 == 0 ? FeatureRow.Of([$"{i}", "", ""]) : FeatureRow.Unknown());
            }

            Encoding.UTF8.GetString(rows.Value(42, 0)).ShouldBe("42");
            rows[43].ShouldBeNull();
            rows.Value(43, 0).IsEmpty.ShouldBeTrue();
        }

        rows.Clear(Item);
        rows.Add("key");
        rows[0].ShouldBeNull();
        Should.Throw<ArgumentOutOfRangeException>(() => rows[1]);
    }

    [Theory]
    [InlineData(null, null, "name one store")]
    [InlineData("f.db", "DB", "name one store")]
    [InlineData("", null, "the path is empty")]
    [InlineData(null, "Host=h;Password=p", "name of an environment variable")]
    public void Validate_WrongStore_SaysSo(string? path, string? connection, string message)
    {
        var options = new FeatureStoreOptions { Path = path, Connection = connection, Entities = [new FeatureEntityOptions { Name = "item" }] };
        options.Validate(new ValidationContext(options)).Single().ErrorMessage!.ShouldContain(message);
    }

    [Fact]
    public void Validate_WrongEntities_SaysSo()
    {
        Mistake().ShouldContain("name at least one entity");
        Mistake(new FeatureEntityOptions { Name = "item" }, new FeatureEntityOptions { Name = "item" }).ShouldContain("entity 'item' stands there twice");
        Mistake(new FeatureEntityOptions { Name = "item", Separator = '→' }).ShouldContain("must be an ASCII character");

        static string Mistake(params FeatureEntityOptions[] entities)
        {
            var options = new FeatureStoreOptions { Path = "f.db", Entities = [.. entities] };
            return options.Validate(new ValidationContext(options)).Single().ErrorMessage!;
        }
    }
}
