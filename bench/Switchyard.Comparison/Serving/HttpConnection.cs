using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Switchyard.Comparison;

/// <summary>
/// A kept-alive HTTP/1.1 connection of one thread, which sends prepared bytes and waits for the whole response: two calls of the system for a
/// request, and nothing allocated, so that the load costs as little as it can of the cores that it shares with the server.
/// </summary>
sealed class HttpConnection(IPEndPoint address) : IDisposable
{
    Socket? _socket;
    byte[] _buffer = new byte[1 << 14];
    int _got;
    int _head;
    int _length;

    /// <summary>Body of the last response.</summary>
    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_head, _length);

    /// <summary>Head of the last response.</summary>
    public ReadOnlySpan<byte> Head => _buffer.AsSpan(0, _head);

    /// <summary>The system's number of the connection; null while there is none.</summary>
    public int? Descriptor => (int?)_socket?.Handle;

    /// <summary>A request with a body of JSON, as it goes over the wire.</summary>
    /// <param name="path">Path of the address.</param>
    /// <param name="body">The body.</param>
    /// <param name="announced">Bytes that the head announces; by default those of the body.</param>
    public static byte[] Post(string path, ReadOnlySpan<byte> body, long? announced = null) =>
        [.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {announced ?? body.Length}\r\n\r\n"), .. body];

    /// <summary>A request without a body.</summary>
    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");

    /// <summary>Connects, if the server takes it; otherwise the next request tries again.</summary>
    public void Open()
    {
        try
        {
            _socket ??= Connect();
        }
        catch (SocketException)
        {
            Close();
        }
    }

    /// <summary>Sends a request and reads the response.</summary>
    /// <returns>Its status.</returns>
    /// <exception cref="IOException">The connection ended before the response did, or it is no HTTP.</exception>
    /// <exception cref="SocketException">There is no connection.</exception>
    public int Exchange(ReadOnlySpan<byte> request)
    {
        Send(request);
        while (true)
        {
            if (Read() is { } status) return status;
        }
    }

    /// <summary>Sends a request; <see cref="Read"/> reads the response.</summary>
    /// <exception cref="SocketException">There is no connection.</exception>
    public void Send(ReadOnlySpan<byte> request)
    {
        try
        {
            _socket ??= Connect();
            _got = 0;
            while (!request.IsEmpty) request = request[_socket.Send(request)..];
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Reads what there is of the response, or waits for more.</summary>
    /// <returns>Its status once it is whole; until then null.</returns>
    /// <exception cref="IOException">The connection ended before the response did, or it is no HTTP.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public int? Read()
    {
        try
        {
            _got += Receive(_socket!, _got);
            return Whole();
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Ends the connection; the next request makes another.</summary>
    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public void Dispose() => Close();

    Socket Connect()
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000, SendTimeout = 30_000 };
        socket.Connect(address);
        return socket;
    }

    int? Whole()
    {
        if ((_head = _buffer.AsSpan(0, _got).IndexOf("\r\n\r\n"u8) + 4) < 4) return null;
        if (!Utf8Parser.TryParse(_buffer.AsSpan(9, 3), out int status, out _)) throw new IOException("The response has no status.");
        if (Utf8Parser.TryParse(Header("\r\nContent-Length: "u8), out _length, out _))
        {
            if (_got < _head + _length) return null;
        }
        else
        {
            // In chunks, as what is made for readers comes: its body is not looked at.
            if (!_buffer.AsSpan(_head, _got - _head).EndsWith("0\r\n\r\n"u8)) return null;
            _length = _got - _head;
        }

        if (Header("\r\nConnection: "u8).StartsWith("close"u8)) Close();
        return status;
    }

    int Receive(Socket socket, int got)
    {
        if (got == _buffer.Length) Array.Resize(ref _buffer, 2 * got);
        var bytes = socket.Receive(_buffer.AsSpan(got));
        return bytes > 0 ? bytes : throw new IOException("The connection was closed.");
    }

    ReadOnlySpan<byte> Header(ReadOnlySpan<byte> name)
    {
        var at = Head.IndexOf(name);
        if (at < 0) return default;
        var rest = Head[(at + name.Length)..];
        return rest[..rest.IndexOf("\r\n"u8)];
    }
}
