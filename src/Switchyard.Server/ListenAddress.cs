using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Switchyard.Data;

namespace Switchyard.Server;

/// <summary>Where the server listens, and who can reach it there.</summary>
static class ListenAddress
{
    const string Default = "http://127.0.0.1:8080";

    /// <summary>Whether a text is an address that Kestrel can bind to.</summary>
    public static bool IsValid(string address) =>
        Parse(address) is { } parsed && parsed.Scheme is "http" or "https" && parsed.PathBase.Length == 0;

    /// <summary>The addresses to give to Kestrel: those of the serve file, or else of the standard settings, or else the default.</summary>
    /// <exception cref="InputException">A setting has no address.</exception>
    public static string[] Choose(ServeOptions options, IConfiguration configuration)
    {
        if (!options.Listen.IsEmpty) return [.. options.Listen];
        if (configuration["urls"] is { Length: > 0 } urls) return [.. Parts(urls).Select(u => IsValid(u) ? u : throw new InputException($"ASPNETCORE_URLS (urls): '{u}' is no address; write http://127.0.0.1:8080, for example."))];
        string[] ports = [.. Ports(configuration["http_ports"], "http"), .. Ports(configuration["https_ports"], "https")];
        return ports.Length > 0 ? ports : [Default];
    }

    /// <summary>Refuses to serve other machines without keys, unless that was asked for.</summary>
    /// <exception cref="InputException">An address can be reached from elsewhere and there are no keys.</exception>
    public static void RequireKeysBeyondLoopback(ServeOptions options, IEnumerable<string> urls, IConfiguration configuration)
    {
        // Endpoints of the Kestrel section take the place of urls, as a rule: see the other.
        string[] endpoints = [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]).OfType<string>()];
        RequireKeysBeyondLoopback(options, endpoints.Length > 0 ? endpoints : urls);
    }

    /// <summary>The same of addresses that the server listens on, whichever setting they are from.</summary>
    /// <exception cref="InputException">One can be reached from elsewhere and there are no keys.</exception>
    public static void RequireKeysBeyondLoopback(ServeOptions options, IEnumerable<string> addresses)
    {
        if (IsForAll(options)) return;
        foreach (var url in addresses)
        {
            if (IsLoopback(url)) continue;
            throw new InputException(
                $"{url} can be reached from other machines, and there are no keys: name a file of keys (keys: keys.json; switchyard keys create), listen on 127.0.0.1, or say insecure: true.");
        }
    }

    /// <summary>Whether any address will do: keys are asked for, or need not be.</summary>
    public static bool IsForAll(ServeOptions options) => options.Keys is not null || options.Insecure;

    static bool IsLoopback(string url)
    {
        if (Parse(url) is not { } address) return false;
        if (address.IsUnixPipe || address.IsNamedPipe || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return true;
        return IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip);
    }

    static BindingAddress? Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    static IEnumerable<string> Ports(string? ports, string scheme) =>
        Parts(ports ?? "").Select(p => ushort.TryParse(p, CultureInfo.InvariantCulture, out _) ? $"{scheme}://*:{p}"
            : throw new InputException($"ASPNETCORE_{scheme.ToUpperInvariant()}_PORTS ({scheme}_ports): '{p}' is no port; write a number from 0 to 65535."));

    static string[] Parts(string list) => list.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
