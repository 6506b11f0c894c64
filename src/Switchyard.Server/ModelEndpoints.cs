using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Which models there are, whether the server is well, and administration.</summary>
sealed class ModelEndpoints(ModelFolder models, RouteTable routes, IRequestFeatures? features, DriftDesk drift, CancellationToken stopping)
{
    // It may read gigabytes: not on a thread that answers requests.
    readonly JoinedTask _reload = new(() => Task.Factory.StartNew(() => models.Reload(stopping), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    /// <summary><c>GET /v1/models</c>: all models and routes; schemas are left to the models' own pages.</summary>
    public Task ListAsync(HttpContext context) => WriteAsync(context, List(), ServerJson.Default.ModelList);

    /// <summary><c>GET /v1/models/{name}</c>.</summary>
    public Task DescribeAsync(HttpContext context)
    {
        var state = Asked(context);
        using var lease = models.Lease(state.Name);
        return WriteAsync(context, Describe(state, lease?.Model, whole: true), ServerJson.Default.ModelDescription);
    }

    /// <summary><c>GET /v1/models/{name}/drift</c>: how far the rows scored are from those of the training.</summary>
    public Task DriftAsync(HttpContext context)
    {
        var name = Asked(context).Name;
        using var lease = models.Lease(name) ?? throw ProblemTypes.Error("model-unavailable", $"No version of model '{name}' can answer now; try again, or look at GET /v1/models/{name}.");
        return WriteAsync(context, drift.Describe(lease.Model), ServerJson.Default.DriftDescription);
    }

    /// <summary><c>POST /v1/admin/reload</c>: looks for new versions at once, and says what there is then.</summary>
    public async Task ReloadAsync(HttpContext context)
    {
        try
        {
            await _reload.RunAsync().WaitAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw ProblemTypes.Error("stopping", "The server is stopping; ask another one.");
        }

        await WriteAsync(context, List(), ServerJson.Default.ModelList).ConfigureAwait(false);
    }

    /// <summary><c>GET /healthz</c>: the process answers.</summary>
    public static Task HealthAsync(HttpContext context) => WriteAsync(context, new HealthDescription("ok"), ServerJson.Default.HealthDescription);

    /// <summary><c>GET /readyz</c>: every model has a version that is loaded and warm, the feature store was reached, and the server is not stopping.</summary>
    public Task ReadyAsync(HttpContext context)
    {
        if (stopping.IsCancellationRequested) throw ProblemTypes.Error("stopping", "The server is stopping; ask another one.");
        if (features is { IsReady: false }) throw ProblemTypes.Error("store-unavailable", "The feature store cannot be reached yet; look at its server.");
        if (models.IsReady) return WriteAsync(context, new HealthDescription("ready"), ServerJson.Default.HealthDescription);
        string[] missing = [.. models.States.Where(s => s.Serving is null).Select(s => s.Name)];
        throw ProblemTypes.Error(
            "model-unavailable", missing.Length > 0 ? $"No version can answer yet of: {string.Join(", ", missing)}." : "There is no model yet; put a bundle into the folder of models.");
    }

    ModelState Asked(HttpContext context)
    {
        var name = (string)context.GetRouteValue("name")!;
        return models.State(name) ?? throw ProblemTypes.Error("unknown-model", $"There is no model '{name}'.{Suggestion.For(name, models.States.Select(s => s.Name))}");
    }

    ModelList List()
    {
        var list = new List<ModelDescription>();
        foreach (var state in models.States)
        {
            using var lease = models.Lease(state.Name);
            list.Add(Describe(state, lease?.Model, whole: false));
        }

        return new ModelList(list, [.. routes.All.Select(r => new RouteDescription(r.Name, r.Levels, r.Scenarios, r.Default))]);
    }

    static ModelDescription Describe(ModelState state, ServedModel? model, bool whole)
    {
        VersionDescription[] versions = [.. state.Versions.Select(v => new VersionDescription(v.Version, v.Status, v.Reason.Length > 0 ? v.Reason : null))];
        if (model is null) return new ModelDescription(state.Name, null, versions, null, null, null, null, null, null, null);
        var schema = model.Schema;
        return new ModelDescription(
            state.Name,
            model.Version,
            versions,
            model.Digest,
            model.Metadata.Created,
            whole ? [.. schema.Levels.Select(l => new LevelDescription(l.Column, l.Nodes))] : null,
            whole ? [.. model.Fields.Select(f => schema.Fields[f]).Select(f => new FieldDescription(f.Name, f.Column, f.Kind, f.Side))] : null,
            [.. schema.Tasks.Select(t => new TaskDescription(t.Name, t.Given < 0 ? null : schema.Tasks[t.Given].Name))],
            whole ? Describe(model.Fusion) : null,
            whole ? model.Metadata.Metrics : null);
    }

    static FusionDescription Describe(Fusion fusion) =>
        new(fusion.Version, [.. fusion.Rules.Select(r => new FusionRuleDescription(r.Formula, r.Weights.ToDictionary(StringComparer.Ordinal)))]);

    static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type) => context.Response.WriteAsJsonAsync(value, type, contentType: null, context.RequestAborted);
}
