using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Switchyard.Data;

namespace Switchyard.Ui;

/// <summary>
/// A page of runs on 127.0.0.1, for this machine's user: who knows its address, which has a token that is new with every start. It reads
/// the runs' logs and does nothing while nobody looks. See docs/live.md.
/// </summary>
public sealed class PageServer : IAsyncDisposable
{
    readonly WebApplication _application;
    readonly ExplorerEndpoint _explorer;
    readonly CancellationTokenSource _stopping;

    PageServer(WebApplication application, ExplorerEndpoint explorer, CancellationTokenSource stopping, string token)
    {
        (_application, _explorer, _stopping) = (application, explorer, stopping);
        var listening = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        Address = new Uri($"{listening}/{token}/");
    }

    /// <summary>Where the page is.</summary>
    public Uri Address { get; }

    /// <summary>Starts to serve.</summary>
    /// <param name="options">What and where.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InputException">There is no such folder or file of records, the port is taken or not allowed, or the page was not built into this program.</exception>
    public static Task<PageServer> StartAsync(PageOptions options, TimeProvider? time = null, CancellationToken cancellation = default) =>
        StartAsync(options, LivePage.Load(), time, cancellation);

    internal static async Task<PageServer> StartAsync(PageOptions options, LivePage page, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        time ??= TimeProvider.System;
        if (options.Live is null && !Directory.Exists(options.Folder))
            throw new InputException($"{options.Folder}: there is no such folder; name one that runs were written to, for example runs.");
        var records = new RecordShelf(options.Records);
        records.Require();
        var folder = new RunFolder(options.Folder, options.Live is null ? RunFolder.Deep : 1, options.Live?.Folder, time);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = typeof(PageServer).Assembly.GetName().Name });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        // Signals belong to the program.
        builder.Services.AddSingleton<IHostLifetime, ProgramLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var application = builder.Build();
        var stopping = new CancellationTokenSource();
        var gate = new PageGate(PageGate.NewToken());
        application.Use(next => context => gate.InvokeAsync(context, next));
        application.UseRouting();
        page.Map(application);
        new RunEndpoints(folder, options.Live, time, stopping.Token).Map(application);
        var explorer = new ExplorerEndpoint(folder, records);
        explorer.Map(application);
        try
        {
            await application.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            stopping.Dispose();
            await explorer.DisposeAsync().ConfigureAwait(false);
            await application.DisposeAsync().ConfigureAwait(false);
            throw new InputException($"The page cannot be served at port {options.Port}: {e.Message.TrimEnd('.')}. Take another with --ui-port, or leave it out for a free one.", e);
        }

        return new PageServer(application, explorer, stopping, gate.Token);
    }

    /// <summary>Tells the viewers, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        await _explorer.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Lets a program decide when the page starts and stops.</summary>
    sealed class ProgramLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
