using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Switchyard.Client;

/// <summary>Client of a Switchyard server. Safe for use by several threads; make one and keep it.</summary>
public sealed class SwitchyardClient : IDisposable
{
    const string Header = "X-Api-Key";

    readonly HttpClient _http;
    readonly Uri _server;
    readonly SwitchyardClientOptions _options;
    readonly bool _isOwner;

    /// <summary>A client with connections of its own.</summary>
    /// <param name="server">Address of the server, for example http://ranking:8080.</param>
    /// <param name="apiKey">Key that the server asks for; null: none.</param>
    public SwitchyardClient(Uri server, string? apiKey = null)
        : this(server, new SwitchyardClientOptions { ApiKey = apiKey })
    {
    }

    /// <summary>A client with connections of its own.</summary>
    /// <param name="server">Address of the server.</param>
    /// <param name="options">How to ask.</param>
    public SwitchyardClient(Uri server, SwitchyardClientOptions options)
        // Names are looked up again now and then: a server may move.
        : this(new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) }), server, options) => _isOwner = true;

    /// <summary>A client over connections of the caller's, for example of a factory; they are not disposed with it.</summary>
    /// <param name="http">Its base address is the server's.</param>
    /// <param name="options">How to ask; null: as by default.</param>
    /// <exception cref="ArgumentException">There is no base address.</exception>
    public SwitchyardClient(HttpClient http, SwitchyardClientOptions? options = null)
        : this(http, http?.BaseAddress ?? throw new ArgumentException("The HttpClient needs a BaseAddress: the server's.", nameof(http)), options ?? new SwitchyardClientOptions())
    {
    }

    SwitchyardClient(HttpClient http, Uri server, SwitchyardClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(options);
        _http = http;
        _options = options;
        // Below a folder, a relative address would replace its last part.
        _server = server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/");
    }

    /// <summary>Scores and orders the items of a request.</summary>
    /// <param name="model">Name of a model or a route.</param>
    /// <param name="request">What to rank.</param>
    /// <param name="cancellation">Ends the wait; the server then stops computing.</param>
    /// <exception cref="SwitchyardException">The server refuses the request, or has no room for it.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public Task<RankResponse> RankAsync(string model, RankRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Default.RankRequest);
        return SendAsync(HttpMethod.Post, PathOf(model) + (request.Explain ? "/rank?explain=true" : "/rank"), body, ClientJson.Default.RankAnswer, static a => a.ToResponse(), cancellation);
    }

    /// <summary>Scores rows.</summary>
    /// <param name="model">Name of a model.</param>
    /// <param name="request">The rows.</param>
    /// <param name="cancellation">Ends the wait; the server then stops computing.</param>
    /// <exception cref="SwitchyardException">The server refuses the request, or has no room for it.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public Task<ScoreResponse> ScoreAsync(string model, ScoreRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Default.ScoreRequest);
        return SendAsync(HttpMethod.Post, PathOf(model) + "/score", body, ClientJson.Default.ScoreResponse, static a => a, cancellation);
    }

    /// <summary>The server's models and routes.</summary>
    /// <exception cref="SwitchyardException">The server refuses the request.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public Task<ModelList> ModelsAsync(CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Get, "v1/models", null, ClientJson.Default.ModelList, static a => a, cancellation);

    /// <summary>One model, with what it reads.</summary>
    /// <exception cref="SwitchyardException">There is no such model.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public Task<ModelInfo> ModelAsync(string model, CancellationToken cancellation = default) =>
        SendAsync(HttpMethod.Get, PathOf(model), null, ClientJson.Default.ModelInfo, static a => a, cancellation);

    public void Dispose()
    {
        if (_isOwner) _http.Dispose();
    }

    static string PathOf(string model)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        // They would lead elsewhere.
        if (model is "." or "..") throw new ArgumentException("No model has this name.", nameof(model));
        return "v1/models/" + Uri.EscapeDataString(model);
    }

    async Task<TResult> SendAsync<TAnswer, TResult>(
        HttpMethod method, string path, byte[]? body, JsonTypeInfo<TAnswer> type, Func<TAnswer, TResult> result, CancellationToken cancellation)
    {
        for (var retries = _options.Retries; ; retries--)
        {
            using var message = Message(method, path, body);
            using var response = await _http.SendAsync(message, cancellation).ConfigureAwait(false);
            var content = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return Read(content, response, type, result);
            var refused = Refused(response, content);
            if (retries <= 0 || refused is not { Status: HttpStatusCode.ServiceUnavailable, RetryAfter: { } wait } || wait > _options.MaxRetryWait) throw refused;
            await Task.Delay(wait, _options.Time, cancellation).ConfigureAwait(false);
        }
    }

    HttpRequestMessage Message(HttpMethod method, string path, byte[]? body)
    {
        var message = new HttpRequestMessage(method, new Uri(_server, path));
        if (_options.ApiKey is { } key) message.Headers.Add(Header, key);
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (body is not null) message.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return message;
    }

    static TResult Read<TAnswer, TResult>(byte[] content, HttpResponseMessage response, JsonTypeInfo<TAnswer> type, Func<TAnswer, TResult> result)
    {
        try
        {
            return result(JsonSerializer.Deserialize(content, type) ?? throw new JsonException("The answer is null."));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new SwitchyardException($"{response.RequestMessage?.RequestUri} did not answer as a Switchyard server does: {e.Message}", e) { Status = response.StatusCode };
        }
    }

    SwitchyardException Refused(HttpResponseMessage response, byte[] content)
    {
        var problem = Problem(content);
        var status = (int)response.StatusCode;
        return new SwitchyardException(problem?.Detail ?? problem?.Title ?? $"{response.RequestMessage?.RequestUri} answered with status {status}.")
        {
            Status = response.StatusCode,
            Type = problem?.Type,
            Title = problem?.Title,
            Pointer = problem?.Pointer,
            RetryAfter = response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => TimeSpan.FromTicks(Math.Max(0, (date - _options.Time.GetUtcNow()).Ticks)),
                _ => null,
            },
        };
    }

    static ProblemDetails? Problem(byte[] content)
    {
        try
        {
            return JsonSerializer.Deserialize(content, ClientJson.Default.ProblemDetails);
        }
        catch (JsonException)
        {
            // The page of a proxy, for example.
            return null;
        }
    }
}
