using System.Globalization;
using Switchyard.Data;

namespace Switchyard.Comparison;

/// <summary>Serving under load: the server in a process of its own, the load in this one, on the same cores.</summary>
static class ServeBench
{
    /// <summary>Connections of a load that no server should feel.</summary>
    public const int Connections = 32;

    /// <summary>Runs a scenario; its conditions set the exit code.</summary>
    /// <param name="scenario">throughput, overhead, monitoring, swap, overload, malformed or store.</param>
    /// <param name="settings"><c>--seconds N</c> (of the scenario's main part), <c>--requests N</c> (malformed), <c>--times N</c> (overload: of what the server can do).</param>
    public static void Run(string scenario, string[] settings)
    {
        var seconds = Setting(settings, "--seconds");
        Console.WriteLine($"{Machine.Describe()}. Server and load on the same cores; requests of {ServedTrivago.Items} items, AESM² of trivago T1n.");
        switch (scenario)
        {
            case "throughput":
                ServeThroughput.Print(seconds ?? 10);
                break;
            case "overhead":
                ServeOverhead.Print(seconds ?? 8);
                break;
            case "monitoring":
                ServeMonitoring.Print(seconds ?? 3);
                break;
            case "swap":
                ServeSwap.Print(seconds ?? 60);
                break;
            case "overload":
                ServeOverload.Print(seconds ?? 60, Setting(settings, "--times") ?? 2);
                break;
            case "malformed":
                ServeMalformed.Print((int)(Setting(settings, "--requests") ?? 100_000));
                break;
            case "store":
                ServeStore.Print(seconds ?? 8);
                break;
            default:
                throw new InputException($"serve {scenario}: there are throughput, overhead, monitoring, swap, overload, malformed and store.");
        }

        Console.WriteLine($"load {Machine.Load()} at the end");
    }

    /// <summary>Lets the server's code be compiled for what it does most, and says what it can do: requests per second without a pause.</summary>
    public static double WarmUp(ServerProcess server, byte[][] requests, double seconds = 5)
    {
        new Load(server.Address, requests, Connections, 0, seconds).Run();
        return new Load(server.Address, requests, Connections, 0, seconds).Run().Rate;
    }

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    static double? Setting(string[] settings, string name) =>
        Array.IndexOf(settings, name) is >= 0 and var at && at + 1 < settings.Length ? double.Parse(settings[at + 1], CultureInfo.InvariantCulture) : null;
}
