using System.Text;
using Switchyard.Data;

namespace Switchyard.Serving.Tests;

/// <summary>Files of records, line by line.</summary>
public sealed class RecordSourceTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("switchyard");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Next_FileWithoutLineBreaks_IsRefusedBeforeItTakesAllMemory()
    {
        var file = Path.Combine(_folder.FullName, "requests.jsonl");
        File.WriteAllText(file, "{}\n" + new string('x', 200_000));
        using var source = new RecordSource([file]) { Longest = 100_000 };
        source.Next(out var line).ShouldBeTrue();
        Encoding.UTF8.GetString(line).ShouldBe("{}");

        Should.Throw<InputException>(() => source.Next(out _)).Message.ShouldStartWith($"{file}:2 is longer than 100000 bytes, so this is no file of records;");
    }
}
