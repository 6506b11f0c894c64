using System.Net.Sockets;
using System.Security.Cryptography;
using Switchyard.Data;

namespace Switchyard.Server;

/// <summary>Why a server cannot listen, in words that say what to do about it.</summary>
static class ListenTrouble
{
    const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    /// <summary>The error for whoever starts the server; null where Kestrel has not thrown it, or it is a defect of the program.</summary>
    /// <param name="thrown">What the start threw.</param>
    /// <param name="addresses">Where it was to listen.</param>
    public static InputException? Of(Exception thrown, IReadOnlyList<string> addresses)
    {
        // Other services start as well, and fail with exceptions of the same types: a database that does not answer is no address in use.
        if (!Causes(thrown).Any(e => e.StackTrace?.Contains(Kestrel, StringComparison.Ordinal) == true)) return null;
        var code = Causes(thrown).OfType<SocketException>().FirstOrDefault()?.SocketErrorCode;
        var isHttps = addresses.Any(a => a.StartsWith("https:", StringComparison.OrdinalIgnoreCase));
        var where = string.Join(", ", addresses);
        var message = code switch
        {
            // Which of several it is says the exception.
            SocketError.AddressAlreadyInUse => $"{thrown.Message.TrimEnd('.')}; end the program that listens there, or listen elsewhere (listen, --port).",
            SocketError.AccessDenied => $"{where}: the system does not let this user listen there; a port below 1024 needs a right (docs/deploying.md), any other is free (listen, --port).",
            SocketError.AddressNotAvailable => $"{where}: this machine does not have such an address; 127.0.0.1 is itself, 0.0.0.0 and [::] are all that it has (listen).",
            not null => $"{where}: {thrown.Message}",
            _ when isHttps && thrown is CryptographicException or IOException or InvalidOperationException =>
                $"{where}: https needs a certificate that can be read: {FirstSentence(thrown.Message)} Name it with Kestrel__Certificates__Default__Path and Kestrel__Certificates__Default__Password (docs/serving.md).",
            _ when thrown is IOException or InvalidOperationException or FormatException or CryptographicException => $"{where}: {FirstSentence(thrown.Message)} Look at the address and at the Kestrel section of the settings.",
            _ => null,
        };
        return message is null ? null : new InputException($"The server cannot listen: {message}", thrown);
    }

    static string FirstSentence(string text) => text.IndexOf(". ", StringComparison.Ordinal) is > 0 and var end ? text[..(end + 1)] : $"{text.TrimEnd('.')}.";

    static IEnumerable<Exception> Causes(Exception thrown)
    {
        for (Exception? e = thrown; e is not null; e = e.InnerException) yield return e;
    }
}
