using System.Text;

namespace Switchyard.Comparison;

/// <summary>What a command prints, on the console and as a file of bench/results.</summary>
sealed class ResultFile : TextWriter
{
    readonly TextWriter _console;
    readonly StreamWriter _file;

    ResultFile(TextWriter console, StreamWriter file) => (_console, _file) = (console, file);

    public override Encoding Encoding => _file.Encoding;

    /// <summary>Begins bench/results/CPU/COMMAND.md with the command and the day; what is printed from now on goes there, too.</summary>
    /// <param name="command">A command with its arguments.</param>
    public static ResultFile Begin(string[] command)
    {
        var folder = Directory.CreateDirectory(Path.Combine("bench", "results", Machine.FolderName()));
        var file = new ResultFile(Console.Out, new StreamWriter(Path.Combine(folder.FullName, $"{command[0]}.md"), append: false, new UTF8Encoding(false)) { NewLine = "\n" });
        file._file.WriteLine($"# {char.ToUpperInvariant(command[0][0])}{command[0][1..]}");
        file._file.WriteLine();
        file._file.WriteLine($"`dotnet run -c Release --project bench/Switchyard.Comparison -- {string.Join(' ', command)}`, {TimeProvider.System.GetUtcNow():d MMMM yyyy}.");
        file._file.WriteLine();
        Console.SetOut(file);
        return file;
    }

    public override void Write(char value)
    {
        _console.Write(value);
        _file.Write(value);
    }

    public override void Write(string? value)
    {
        _console.Write(value);
        _file.Write(value);
    }

    public override void WriteLine(string? value)
    {
        _console.WriteLine(value);
        _file.WriteLine(value);
        _console.Flush();
    }

    public override void WriteLine() => WriteLine("");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Console.SetOut(_console);
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}
