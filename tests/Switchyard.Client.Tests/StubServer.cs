using System.Net;
using System.Text;

namespace Switchyard.Client.Tests;

/// <summary>Answers that a test has prepared, in their order, and the requests that came.</summary>
sealed class StubServer : HttpMessageHandler
{
    readonly Queue<Func<HttpResponseMessage>> _answers = new();

    /// <summary>Method, path and query, and body of every request.</summary>
    public List<string> Requests { get; } = [];

    public List<string?> Keys { get; } = [];

    public StubServer Answers(HttpStatusCode status, string body, string type = "application/json", string? retryAfter = null)
    {
        _answers.Enqueue(() =>
        {
            var response = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, type) };
            if (retryAfter is not null) response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
            return response;
        });
        return this;
    }

    public SwitchyardClient Client(SwitchyardClientOptions? options = null, string address = "http://ranking:8080") =>
        new(new HttpClient(this, disposeHandler: false) { BaseAddress = new Uri(address) }, options);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is null ? "" : " " + await request.Content.ReadAsStringAsync(cancellationToken);
        Requests.Add($"{request.Method} {request.RequestUri!.PathAndQuery}{body}");
        Keys.Add(request.Headers.TryGetValues("X-Api-Key", out var keys) ? keys.Single() : null);
        var response = _answers.Dequeue()();
        response.RequestMessage = request;
        return response;
    }
}

/// <summary>A clock whose waits end at once, and are remembered.</summary>
sealed class SkippingTime : TimeProvider
{
    public List<TimeSpan> Waits { get; } = [];

    public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waits.Add(dueTime);
        return System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
