using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Switchyard.Repository.Tests;

/// <summary>The layers of docs/architecture.md: who may see whom, and what kinds of classes there are.</summary>
public sealed partial class LayerTests
{
    /// <summary>Project → the projects it may reference. The command line may see everything.</summary>
    static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Switchyard.Kernels"] = [],
        ["Switchyard.Engine"] = ["Switchyard.Kernels"],
        ["Switchyard.Data"] = [],
        ["Switchyard.Evaluation"] = [],
        ["Switchyard.Generation"] = ["Switchyard.Data"],
        ["Switchyard.Features"] = ["Switchyard.Data"],
        ["Switchyard.Client"] = [],
        ["Switchyard.Ui"] = ["Switchyard", "Switchyard.Reports", "Switchyard.Serving", "Switchyard.Models", "Switchyard.Data"],
        ["Switchyard.Interop"] = ["Switchyard.Kernels", "Switchyard.Engine", "Switchyard.Data", "Switchyard.Models", "Switchyard"],
        ["Switchyard.Models"] = ["Switchyard.Kernels", "Switchyard.Engine", "Switchyard.Data"],
        ["Switchyard.Training"] = ["Switchyard.Kernels", "Switchyard.Engine", "Switchyard.Data", "Switchyard.Models"],
        ["Switchyard.Inference"] = ["Switchyard.Kernels", "Switchyard.Engine", "Switchyard.Data", "Switchyard.Models"],
        ["Switchyard"] =
        [
            "Switchyard.Kernels", "Switchyard.Engine", "Switchyard.Data", "Switchyard.Models", "Switchyard.Training", "Switchyard.Inference",
            "Switchyard.Evaluation", "Switchyard.Generation",
        ],
        ["Switchyard.Serving"] = ["Switchyard.Kernels", "Switchyard.Engine", "Switchyard.Data", "Switchyard.Models", "Switchyard.Inference", "Switchyard"],
        ["Switchyard.Reports"] =
        [
            "Switchyard.Kernels", "Switchyard.Engine", "Switchyard.Data", "Switchyard.Models", "Switchyard.Training", "Switchyard.Inference", "Switchyard.Evaluation", "Switchyard",
        ],
        ["Switchyard.Server"] = ["Switchyard.Serving", "Switchyard.Features", "Switchyard", "Switchyard.Data", "Switchyard.Models"],
    };

    public static TheoryData<string> Projects() => [.. Allowed.Keys];

    [Fact]
    public void Table_EveryProjectOfTheSource_IsInIt() =>
        Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).Where(n => n != "Switchyard.Cli")
            .ShouldBe(Allowed.Keys, ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Projects))]
    public void ProjectFile_References_AreAllowed(string project)
    {
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"));
        file.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))
            .Except(Allowed[project]).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Assembly_References_AreAllowed(string project) =>
        Load(project).GetReferencedAssemblies().Select(a => a.Name!).Where(n => n.StartsWith("Switchyard", StringComparison.Ordinal))
            .Except(Allowed[project]).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Projects))]
    [InlineData("Switchyard.Cli")]
    public void Assembly_Classes_AreAbstractSealedOrStatic(string project) =>
        Load(project).GetTypes().Where(t => t.IsClass && !t.IsAbstract && !t.IsSealed && !t.IsDefined(typeof(CompilerGeneratedAttribute))).Select(t => t.FullName).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Projects))]
    public void Assembly_Namespace_IsTheProject(string project) =>
        Load(project).GetExportedTypes().Where(t => t.Namespace != project).Select(t => t.FullName).ShouldBeEmpty();

    [Fact]
    public void Unsafe_OnlyInKernels()
    {
        var files = Repository.Files("src").Where(f => !Repository.NameOf(f).Contains("Switchyard.Kernels", StringComparison.Ordinal)).ToArray();
        files.Length.ShouldBeGreaterThan(50);
        files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal) && UnsafeCode().IsMatch(File.ReadAllText(f))).Select(Repository.NameOf).ShouldBeEmpty();
        files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && File.ReadAllText(f).Contains("AllowUnsafeBlocks", StringComparison.Ordinal))
            .Select(Repository.NameOf).ShouldBeEmpty();
    }

    /// <summary>All is .NET but two calls of the system's: .NET can neither wish for huge pages nor set how nice a thread is.</summary>
    [Fact]
    public void Native_NoImportsButHugePagesAndTheNicenessOfThreads() =>
        Repository.Files("src").Where(f => File.ReadAllText(f) is var text && (text.Contains("[DllImport", StringComparison.Ordinal) || text.Contains("[LibraryImport", StringComparison.Ordinal)))
            .Select(Repository.NameOf).Order(StringComparer.Ordinal).ShouldBe(["src/Switchyard.Kernels/LargeArray.cs", "src/Switchyard.Serving/Nice.cs"]);

    [Fact]
    public void File_OfTheSource_HasAtMost400Lines() =>
        Repository.Files("src").Where(f => f.EndsWith(".cs", StringComparison.Ordinal) && File.ReadLines(f).Count() > 400).Select(Repository.NameOf).ShouldBeEmpty();

    [GeneratedRegex(@"^\s*(?!//)[^/""]*\bunsafe\b", RegexOptions.Multiline)]
    private static partial Regex UnsafeCode();

    static Assembly Load(string project) => Assembly.Load(project);
}
