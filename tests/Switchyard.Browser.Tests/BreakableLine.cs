using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Switchyard.Browser.Tests;

/// <summary>A line between a browser and a server that a test can cut, as a network or a killed server would, without a goodbye.</summary>
sealed class BreakableLine : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _end = new();
    readonly List<TcpClient> _open = [];
    readonly Uri _server;
    readonly Task _accepting;
    volatile bool _isCut;

    public BreakableLine(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The server's address at this end of the line.</summary>
    public Uri Address => new UriBuilder(_server) { Port = Port }.Uri;

    int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ends all connections, and new ones at once, until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        _isCut = true;
        lock (_open)
        {
            foreach (var client in _open) client.Dispose();
            _open.Clear();
        }
    }

    public void Mend() => _isCut = false;

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _end.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        catch (OperationCanceledException)
        {
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        lock (_open) _open.AddRange([client, server]);
        try
        {
            if (_isCut) return;
            await server.ConnectAsync(_server.Host, _server.Port, _end.Token);
            await Task.WhenAny(RequestsAsync(client.GetStream(), server.GetStream()), server.GetStream().CopyToAsync(client.GetStream(), _end.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
        }
        finally
        {
            client.Dispose();
        }
    }

    /// <summary>The page answers to its own name and port only, so the head of a request names the server's. Both ports have five digits.</summary>
    async Task RequestsAsync(NetworkStream from, NetworkStream to)
    {
        var (mine, its) = (Encoding.ASCII.GetBytes($"127.0.0.1:{Text(Port)}"), Encoding.ASCII.GetBytes($"127.0.0.1:{Text(_server.Port)}"));
        var bytes = new byte[1 << 16];
        while (await from.ReadAsync(bytes, _end.Token) is > 0 and var read)
        {
            for (var at = bytes.AsSpan(0, read).IndexOf(mine); at >= 0; at = bytes.AsSpan(0, read).IndexOf(mine)) its.CopyTo(bytes, at);
            await to.WriteAsync(bytes.AsMemory(0, read), _end.Token);
        }
    }

    static string Text(int port) => port.ToString("00000", CultureInfo.InvariantCulture);
}
