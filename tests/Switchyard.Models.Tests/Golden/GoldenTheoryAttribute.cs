using System.Reflection;
using System.Text.Json;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Switchyard.Models.Tests;

/// <summary>One test per file of the golden folder; files of layers that are not built yet are skipped under their name.</summary>
[XunitTestCaseDiscoverer("Switchyard.Models.Tests.GoldenDiscoverer", "Switchyard.Models.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class GoldenTheoryAttribute : TheoryAttribute;

/// <summary>Skips at discovery: in xunit 2.9 a test that has started can only pass or fail.</summary>
public sealed class GoldenDiscoverer(IMessageSink diagnostics) : TheoryDiscoverer(diagnostics)
{
    protected override IEnumerable<IXunitTestCase> CreateTestCasesForDataRow(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute, object[] dataRow)
    {
        var layer = GoldenFolder.LayerOf((string)dataRow[0]);
        return GoldenLayers.Pending.Contains(layer)
            ? CreateTestCasesForSkippedDataRow(discoveryOptions, testMethod, theoryAttribute, dataRow, $"layer {layer} is not built yet")
            : base.CreateTestCasesForDataRow(discoveryOptions, testMethod, theoryAttribute, dataRow);
    }
}

/// <summary>Where the golden files are: SWITCHYARD_GOLDEN, else tests/golden of this checkout.</summary>
static class GoldenFolder
{
    public static string Path { get; } = Environment.GetEnvironmentVariable("SWITCHYARD_GOLDEN") is { Length: > 0 } folder ? folder : Own();

    public static IEnumerable<string> Cases() =>
        Directory.EnumerateFiles(Path, "*.json").Select(f => System.IO.Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    public static string FileOf(string name) => System.IO.Path.Combine(Path, name + ".json");

    public static string LayerOf(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(FileOf(name)));
        return file.RootElement.GetProperty("layer").GetString()!;
    }

    static string Own()
    {
        var root = typeof(GoldenFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        return System.IO.Path.GetFullPath(System.IO.Path.Combine(root, "tests", "golden"));
    }
}
