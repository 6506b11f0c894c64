using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Switchyard.Server;

/// <summary>The OpenAPI document of the service: which paths there are, what they take and answer.</summary>
static class ApiDescription
{
    /// <summary>Name of the document in its path.</summary>
    public const string Document = "v1";

    const string KeyScheme = "key";

    static readonly string[] OfBody =
    [
        "malformed-json", "wrong-type", "wrong-value", "not-a-number", "unknown-property", "missing-property", "duplicate-property", "unknown-column", "duplicate-column",
        "missing-scenario", "unknown-scenario", "too-many-items", "too-many-values", "incomplete-body", "slow-body", "body-too-large", "unsupported-media-type", "unknown-model", "overloaded", "timeout",
        "stopping", "model-unavailable", "store-unavailable",
    ];

    /// <summary>Adds what makes it.</summary>
    public static void Add(IServiceCollection services) => services.AddOpenApi(Document, options => options.AddDocumentTransformer((document, _, _) =>
    {
        Fill(document);
        return Task.CompletedTask;
    }));

    static void Fill(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo { Title = "Switchyard", Version = Document, Description = "Ranks the candidates of a request with trained models: a score per task, a fused score and the order." };
        ApiSchemas.AddTo(document);
        document.AddComponent(KeyScheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-Api-Key",
            Description = "A key of the file of keys; Authorization: Bearer is read as well. Not needed where the server has no keys.",
        });
        var paths = new Paths(document);
        paths.Add(HttpMethod.Post, "/v1/models/{name}/rank", "rank", "Scores and orders the items of a request.", nameof(ApiSchemas.RankRequest), nameof(ApiSchemas.RankResponse), OfBody);
        paths.Add(HttpMethod.Post, "/v1/models/{name}/score", "score", "Scores rows that have nothing in common.", nameof(ApiSchemas.ScoreRequest), nameof(ApiSchemas.ScoreResponse), OfBody);
        paths.Add(HttpMethod.Get, "/v1/models", "listModels", "Lists models with their versions, and routes.", null, nameof(ApiSchemas.ModelList), []);
        paths.Add(HttpMethod.Get, "/v1/models/{name}", "describeModel", "Describes a model: versions, scenario tree, fields, tasks, metrics.", null, nameof(ApiSchemas.Model), ["unknown-model"]);
        paths.Add(HttpMethod.Get, "/v1/models/{name}/drift", "drift", "How far the rows that a model has scored are from those it was trained on.", null, nameof(ApiSchemas.Drift), ["unknown-model", "model-unavailable"]);
        paths.Add(HttpMethod.Post, "/v1/admin/reload", "reload", "Looks for new versions of models at once. Needs a key with the role admin.", null, nameof(ApiSchemas.ModelList), ["local-only"]);
        paths.Add(HttpMethod.Get, "/metrics", "metrics", "What the server has measured, in the text format of Prometheus 0.0.4.", null, nameof(ApiSchemas.Metrics), [], type: "text/plain");
        paths.Add(HttpMethod.Get, "/healthz", "health", "Whether the process answers.", null, nameof(ApiSchemas.Health), [], isOpen: true);
        paths.Add(HttpMethod.Get, "/readyz", "ready", "Whether every model is loaded and warm.", null, nameof(ApiSchemas.Health), ["model-unavailable", "stopping"], isOpen: true);
    }

    sealed class Paths(OpenApiDocument document)
    {
        static readonly Dictionary<string, (int Status, string Title)> Problems = ProblemTypes.All.ToDictionary(p => p.Type, p => (p.Status, p.Title), StringComparer.Ordinal);

        public void Add(HttpMethod method, string path, string id, string summary, string? takes, string answers, string[] problems, bool isOpen = false, string type = "application/json")
        {
            var operation = new OpenApiOperation
            {
                OperationId = id,
                Summary = summary,
                Responses = new OpenApiResponses { ["200"] = new OpenApiResponse { Description = "Done.", Content = Json(type, answers) } },
            };
            if (path.Contains("{name}", StringComparison.Ordinal))
                operation.Parameters = [new OpenApiParameter { Name = "name", In = ParameterLocation.Path, Required = true, Description = "Name of a model, or of a route.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } }];
            if (id == "rank")
                operation.Parameters!.Add(new OpenApiParameter { Name = "explain", In = ParameterLocation.Query, Description = "Also explain the scores, of few items.", Schema = new OpenApiSchema { Type = JsonSchemaType.Boolean } });
            if (takes is not null) operation.RequestBody = new OpenApiRequestBody { Required = true, Content = Json("application/json", takes) };
            if (!isOpen) operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = [] }];
            string[] all = isOpen ? [.. problems, "internal-error"] : [.. problems, "key-missing", "key-unknown", "key-role", "internal-error"];
            foreach (var status in all.GroupBy(p => Problems[p].Status).OrderBy(g => g.Key)) operation.Responses[status.Key.ToString(CultureInfo.InvariantCulture)] = Problem(status.Key, status);
            document.Paths ??= [];
            document.Paths[path] = new OpenApiPathItem { Operations = new Dictionary<HttpMethod, OpenApiOperation> { [method] = operation } };
        }

        OpenApiResponse Problem(int status, IEnumerable<string> types)
        {
            var response = new OpenApiResponse
            {
                Description = $"Refused. {string.Join(" ", types.Select(t => $"{t}: {Problems[t].Title}."))}",
                Content = Json(ProblemResponse.ContentType, nameof(ApiSchemas.Problem)),
            };
            if (status == 503)
            {
                response.Headers = new Dictionary<string, IOpenApiHeader>
                {
                    ["Retry-After"] = new OpenApiHeader { Description = "Seconds after which to try again.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } },
                };
            }

            return response;
        }

        Dictionary<string, OpenApiMediaType> Json(string type, string schema) => new() { [type] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(schema, document) } };
    }
}
