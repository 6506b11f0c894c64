using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>The service: models from a folder, asked over HTTP. See docs/serving.md.</summary>
public sealed class SwitchyardServer : IAsyncDisposable
{
    readonly WebApplication _application;
    readonly ModelFolder _models;
    readonly ScoringQueue _queue;
    readonly ServeOptions _options;
    readonly ServerMonitoring _monitoring;
    readonly string[] _addresses;
    readonly ILogger _log;
    readonly CancellationTokenSource _stopping = new();
    Task? _loading;

    SwitchyardServer(WebApplication application, ModelFolder models, ScoringQueue queue, ServeOptions options, ServerMonitoring monitoring, string[] addresses, ILogger log) =>
        (_application, _models, _queue, _options, _monitoring, _addresses, _log) = (application, models, queue, options, monitoring, addresses, log);

    /// <summary>Addresses that the server listens on, once started.</summary>
    public IReadOnlyList<string> Addresses => [.. _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    /// <summary>The models.</summary>
    public ModelFolder Models => _models;

    /// <summary>The queue that requests wait in.</summary>
    public ScoringQueue Queue => _queue;

    internal IServiceProvider Services => _application.Services;

    /// <summary>Builds a server; it neither listens nor loads models yet.</summary>
    /// <param name="configuration">What to serve, where and to whom.</param>
    /// <param name="services">Adds services: <see cref="IServerObserver"/>s, an <see cref="IRequestFeatures"/>, logging, another <see cref="IServer"/>; null for none.</param>
    /// <exception cref="InputException">
    /// There is no folder of models, the keys cannot be read, other machines would be served without keys, or a setting of the host is not valid.
    /// </exception>
    public static SwitchyardServer Create(ServeConfiguration configuration, Action<IServiceCollection>? services = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        try
        {
            return Build(configuration, services);
        }
        catch (Exception e) when (e is InvalidDataException || (e is InvalidOperationException && e.Source?.StartsWith("Microsoft.Extensions.Logging", StringComparison.Ordinal) == true))
        {
            throw new InputException($"A setting of the host (appsettings.json, environment variables) is not valid: {e.Message}{(e.GetBaseException() is { } cause && cause != e ? $" {cause.Message}" : "")}", e);
        }
    }

    static SwitchyardServer Build(ServeConfiguration configuration, Action<IServiceCollection>? services)
    {
        var options = configuration.Options;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = configuration.BaseDirectory, ApplicationName = typeof(SwitchyardServer).Assembly.GetName().Name });
        var addresses = ListenAddress.Choose(options, builder.Configuration);
        ListenAddress.RequireKeysBeyondLoopback(options, addresses, builder.Configuration);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls(addresses);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Limits.BodyBytes;
            // A change of its section could open an address to other machines while the server runs.
            if (!ListenAddress.IsForAll(options)) kestrel.Configure(builder.Configuration.GetSection("Kestrel"), reloadOnChange: false);
        });
        // A request is read, refused or scored, and answered without changing threads: under load, each change waits behind all other requests. Not
        // where the runtime was told to do this on the thread that watches the sockets, which it otherwise keeps to itself.
        builder.WebHost.UseSockets(static sockets =>
        {
            sockets.UnsafePreferInlineScheduling = Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") != "1";
            // One call of the system less for every 4 KB of a request, for 4 KB of memory that each open connection holds.
            sockets.WaitForDataBeforeAllocatingBuffer = false;
        });
        ConfigureLogging(builder.Logging, builder.Configuration);
        ConfigureServices(builder.Services, configuration);
        builder.Services.AddSingleton<IServerObserver>(provider => provider.GetRequiredService<ServerMonitoring>().Requests);
        builder.Services.AddSingleton<IServerObserver>(provider => provider.GetRequiredService<ServerMonitoring>().Drift);
        builder.Services.AddSingleton(provider => new ServerMonitoring(
            provider.GetRequiredService<IConfiguration>(), options.Drift, provider.GetRequiredService<ILoggerFactory>().CreateLogger("Switchyard.Telemetry"), provider.GetRequiredService<IMeterFactory>(), provider.GetRequiredService<TimeProvider>()));
        services?.Invoke(builder.Services);

        var application = builder.Build();
        var log = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Switchyard.Server");
        var time = application.Services.GetRequiredService<TimeProvider>();
        RouteTable.RequireOwnNames(options.Routes, configuration.Models);
        var keys = configuration.KeyFile is { } file ? new KeyRing(file, log, time) : null;
        if (options.Insecure && keys is null) ServerLog.Insecure(log);
        var monitoring = application.Services.GetRequiredService<ServerMonitoring>();
        ModelFolder? models = null;
        models = new ModelFolder(configuration.Models, news =>
        {
            Say(log, news);
            if (options.Routes.Any(r => r.Name == news.Name)) ServerLog.ModelHidden(log, news.Name);
            if (news.Name.Length > 0) monitoring.Requests.Loaded(news);
            if (news.Status == VersionStatus.Serving) CheckRoutes(news.Name);
        }, configuration.WarmUpRequests is { } requests ? new RecordedWarmUp(requests, log).Of : null);
        var queue = application.Services.GetRequiredService<ScoringQueue>();
        ProvideThreads(queue);
        monitoring.Watch(models, queue);
        var server = new SwitchyardServer(application, models, queue, options, monitoring, addresses, log);
        var all = application.Services.GetServices<IServerObserver>().ToArray();
        foreach (var recorder in all.OfType<RequestRecorder>()) monitoring.Requests.Watch(recorder);
        var observers = new ServerObservers(all, log, time);
        var gate = new Gate(keys, options.LogDetails, observers, log, time);
        Endpoints.Map(application, gate, models, queue, options, monitoring, observers, time);
        return server;

        void CheckRoutes(string name)
        {
            using var lease = models?.Lease(name);
            if (lease is null) return;
            foreach (var trouble in RouteCheck.Of(options.Routes, lease.Model)) ServerLog.RouteLeadsNowhere(log, trouble);
        }
    }

    /// <summary>Listens, and loads the models meanwhile: until they are warm, <c>/readyz</c> says so.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        try
        {
            await _application.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (ListenTrouble.Of(e, _addresses) is { } trouble)
        {
            throw trouble;
        }

        try
        {
            ListenAddress.RequireKeysBeyondLoopback(_options, Addresses);
        }
        catch (InputException)
        {
            await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        ServerLog.Listening(_log, string.Join(", ", Addresses));
        _loading = Task.Factory.StartNew(Load, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Ends when the models of the folder are loaded and warm, or known to be bad.</summary>
    public Task LoadedAsync() => _loading ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>Takes no more requests, and ends when those in flight are answered or limits.stop_seconds have passed.</summary>
    public async Task StopAsync()
    {
        ServerLog.Stopping(_log);
        await _stopping.CancelAsync().ConfigureAwait(false);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(_options.Limits.StopSeconds));
        await _application.StopAsync(patience.Token).ConfigureAwait(false);
        await _queue.StopAsync(patience.Token).ConfigureAwait(false);
        ServerLog.Stopped(_log);
    }

    /// <summary>Serves until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await StartAsync(CancellationToken.None).ConfigureAwait(false);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (stop.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stopped)) await stopped.Task.ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        // The last of what was measured is sent while there still is something to ask.
        _monitoring.Dispose();
        await _application.DisposeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_loading is { } loading) await loading.ConfigureAwait(false);
        await _queue.DisposeAsync().ConfigureAwait(false);
        _models.Dispose();
        _stopping.Dispose();
    }

    void Load()
    {
        try
        {
            _models.Reload(_stopping.Token);
            string[] names = [.. _models.States.Select(s => s.Name)];
            if (names.Length == 0) ServerLog.NoModels(_log, _options.Models.Path);
            foreach (var trouble in RouteCheck.Missing(_options.Routes, names)) ServerLog.RouteLeadsNowhere(_log, trouble);
            _models.Watch();
        }
        catch (OperationCanceledException)
        {
            // Stopped before all were loaded: what has not begun to serve is not waited for.
        }
    }

    static void ConfigureLogging(ILoggingBuilder logging, ConfigurationManager configuration)
    {
        logging.ClearProviders();
        // A line of JSON says which trace it belongs to; appsettings.json may say otherwise.
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        logging.Services.Configure<JsonConsoleFormatterOptions>(json => json.IncludeScopes = true);
        // Standard output is for results; a log is none.
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (configuration["Logging:Console:FormatterName"] is null)
            logging.AddSimpleConsole(line => (line.SingleLine, line.TimestampFormat, line.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ ", true));
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddConfiguration(configuration.GetSection("Logging"));
    }

    static void ConfigureServices(IServiceCollection services, ServeConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new ScoringQueue(configuration.Options.Queue, provider.GetRequiredService<TimeProvider>()));
        // Whoever runs the server says when it stops (RunAsync); signals belong to the program.
        services.AddSingleton<IHostLifetime, ProgramLifetime>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(configuration.Options.Limits.StopSeconds));
        if (configuration.Options.Features is { } features)
            services.AddSingleton<IRequestFeatures>(s => AwaitedFeatures.Open(features, configuration.BaseDirectory, s.GetRequiredService<ILoggerFactory>().CreateLogger("Switchyard.Features"), s.GetRequiredService<TimeProvider>()));
        if (configuration.Record is { } record)
            services.AddSingleton<IServerObserver>(s => new RequestRecorder(record, s.GetRequiredService<ILoggerFactory>().CreateLogger("Switchyard.Record"), s.GetRequiredService<TimeProvider>()));
        ApiDescription.Add(services);
    }

    // A request that finds a place free is scored by the thread that read it. There are others to read the next ones then: what is not read is not
    // refused either, and waits where nobody sees it.
    static void ProvideThreads(ScoringQueue queue)
    {
        ThreadPool.GetMinThreads(out var threads, out var completions);
        ThreadPool.SetMinThreads(Math.Max(threads, queue.Workers + Environment.ProcessorCount), completions);
    }

    static void Say(ILogger log, ModelNews news)
    {
        if (news.Status == VersionStatus.Serving) ServerLog.ModelServes(log, news.Message);
        else ServerLog.ModelRefused(log, news.Message);
    }

    /// <summary>Lets a program decide when its server starts and stops.</summary>
    sealed class ProgramLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
