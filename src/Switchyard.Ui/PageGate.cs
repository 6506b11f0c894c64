using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Switchyard.Ui;

/// <summary>
/// Lets in only whoever knows the page's address. Other people's pages in the same browser can send requests to this machine: they know
/// neither the token in the path nor, where a name of theirs leads here, the right Host.
/// </summary>
sealed class PageGate
{
    const string Content = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    readonly byte[] _prefix;

    public PageGate(string token) => (Token, _prefix) = (token, Encoding.ASCII.GetBytes($"/{token}"));

    /// <summary>First part of every path.</summary>
    public string Token { get; }

    /// <summary>A token nobody can guess.</summary>
    public static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>The middleware; what stands behind it sees paths without the token.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = Content;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (Refusal(context.Request) is { } refusal)
        {
            context.Response.StatusCode = refusal.Status;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(refusal.Text, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        await next(context).ConfigureAwait(false);
    }

    (int Status, string Text)? Refusal(HttpRequest request)
    {
        var port = request.HttpContext.Connection.LocalPort;
        if (!IsOwn(request.Host, port)) return (StatusCodes.Status421MisdirectedRequest, "This page is reached at 127.0.0.1 only.");
        if (!HasToken(request.Path)) return (StatusCodes.Status404NotFound, "The address of this page has a token that is new with every start: open the address that switchyard has printed last.");
        if (!HttpMethods.IsGet(request.Method) && !IsOwnOrigin(request.Headers.Origin, port)) return (StatusCodes.Status403Forbidden, "Only the page itself acts on a run.");
        (request.PathBase, request.Path) = (request.Path.Value![.._prefix.Length], request.Path.Value[_prefix.Length..]);
        return null;
    }

    static bool IsOwn(HostString host, int port) => (host.Port ?? 80) == port && host.Host is "127.0.0.1" or "localhost";

    static bool IsOwnOrigin(StringValues origin, int port) =>
        origin.Count == 0 || (origin.Count == 1 && Uri.TryCreate(origin[0], UriKind.Absolute, out var uri) && uri.Scheme == "http" && IsOwn(new HostString(uri.Authority), port));

    bool HasToken(PathString path)
    {
        var text = path.Value ?? "";
        if (text.Length <= _prefix.Length || text[_prefix.Length] != '/') return false;
        Span<byte> given = stackalloc byte[_prefix.Length];
        for (var i = 0; i < given.Length; i++) given[i] = text[i] < 128 ? (byte)text[i] : (byte)0;
        return CryptographicOperations.FixedTimeEquals(given, _prefix);
    }
}
