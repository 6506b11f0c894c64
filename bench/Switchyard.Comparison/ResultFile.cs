using System.Text;

namespace Switchyard.Comparison;

/// <summary>What a command prints, on the console and, where it comes to its end, as a file of bench/results.</summary>
sealed class ResultFile : TextWriter
{
    readonly TextWriter _console;
    readonly StringBuilder _text = new();
    readonly string _name;

    ResultFile(TextWriter console, string name) => (_console, _name) = (console, name);

    public override Encoding Encoding => _console.Encoding;

    /// <summary>Begins a file with the command and the day; what is printed from now on belongs to it.</summary>
    /// <param name="command">A command with its arguments, which name the file.</param>
    public static ResultFile Begin(string[] command)
    {
        var file = new ResultFile(Console.Out, NameOf(command));
        file._text.Append($"# {char.ToUpperInvariant(command[0][0])}{command[0][1..]}\n\n");
        file._text.Append($"`dotnet run -c Release --project bench/Switchyard.Comparison -- {string.Join(' ', command)}`, {TimeProvider.System.GetUtcNow():d MMMM yyyy}.\n\n");
        Console.SetOut(file);
        return file;
    }

    /// <summary>Writes bench/results/CPU/COMMAND-ARGUMENTS.md. Nothing is written, and an older file stays, where a peer was missing.</summary>
    public void Keep()
    {
        if (Peer.Missing)
        {
            Console.Error.WriteLine($"{_name}.md is not written: a peer was missing.");
            return;
        }

        var folder = Directory.CreateDirectory(Path.Combine("bench", "results", Machine.FolderName()));
        var path = Path.Combine(folder.FullName, $"{_name}.md");
        File.WriteAllText($"{path}.tmp", _text.ToString());
        File.Move($"{path}.tmp", path, overwrite: true);
    }

    public override void Write(char value)
    {
        _console.Write(value);
        _text.Append(value);
    }

    public override void Write(string? value)
    {
        _console.Write(value);
        _text.Append(value);
    }

    public override void WriteLine(string? value)
    {
        _console.WriteLine(value);
        _text.Append(value).Append('\n');
        _console.Flush();
    }

    public override void WriteLine() => WriteLine("");

    protected override void Dispose(bool disposing)
    {
        if (disposing) Console.SetOut(_console);
        base.Dispose(disposing);
    }

    /// <summary>The words joined by dashes, of a path the last part alone.</summary>
    static string NameOf(string[] command) => string.Join('-', string.Join('-', command.Select(Path.GetFileName))
        .Split([.. "-./\\=:* "], StringSplitOptions.RemoveEmptyEntries));
}
