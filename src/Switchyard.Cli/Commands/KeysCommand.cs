using System.CommandLine;
using System.Globalization;
using Switchyard.Server;

namespace Switchyard.Cli;

/// <summary><c>switchyard keys</c>: the keys that a server accepts.</summary>
static class KeysCommand
{
    public static Command Create(TextWriter output)
    {
        var file = new Option<string>("--file") { Description = "The file of keys, which the serve file names (keys:).", HelpName = "file", Required = true };
        var name = new Option<string>("--name") { Description = "Who has the key.", HelpName = "name", Required = true };
        return new Command("keys", "Make, list and revoke the API keys of a server.") { Create(output, file, name), List(output, file), Revoke(file, name) };
    }

    static ExampleCommand Create(TextWriter output, Option<string> file, Option<string> name)
    {
        var role = new Option<KeyRole>("--role") { Description = "rank: ask for scores. admin: administer.", DefaultValueFactory = _ => KeyRole.Rank };
        var command = new ExampleCommand(
            "create", "Make a key and print it, once: the file keeps its hash only.", "switchyard keys create --file keys.json --role rank --name search-backend") { file, name, role };
        command.SetAction(result =>
        {
            output.WriteLine(KeyFile.Create(result.GetRequiredValue(file), result.GetRequiredValue(name), result.GetValue(role), TimeProvider.System));
            return 0;
        });
        return command;
    }

    static ExampleCommand List(TextWriter output, Option<string> file)
    {
        var command = new ExampleCommand("list", "Say who has keys, and for what.", "switchyard keys list --file keys.json") { file };
        command.SetAction(result =>
        {
            foreach (var key in KeyFile.Read(result.GetRequiredValue(file)))
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key.Name}\t{key.Role.ToString().ToLowerInvariant()}\t{key.Created:yyyy-MM-dd}"));
            return 0;
        });
        return command;
    }

    static ExampleCommand Revoke(Option<string> file, Option<string> name)
    {
        var command = new ExampleCommand("revoke", "Remove a key; a running server refuses it within a second.", "switchyard keys revoke --file keys.json --name search-backend") { file, name };
        command.SetAction(result =>
        {
            KeyFile.Revoke(result.GetRequiredValue(file), result.GetRequiredValue(name));
            return 0;
        });
        return command;
    }
}
