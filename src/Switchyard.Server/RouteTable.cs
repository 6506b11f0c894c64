using System.Text;
using System.Text.Json;
using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Names that stand for several models: the scenario of a request decides which of them answers.</summary>
sealed class RouteTable(IEnumerable<RouteOptions> routes, LimitOptions limits)
{
    readonly Dictionary<string, Route> _routes = routes.ToDictionary(r => r.Name, r => new Route(r), StringComparer.Ordinal);

    /// <summary>Names of the routes.</summary>
    public IEnumerable<RouteOptions> All => _routes.Values.Select(r => r.Options);

    /// <summary>Refuses routes that would hide a model.</summary>
    /// <exception cref="InputException">A model has the name of a route.</exception>
    public static void RequireOwnNames(IEnumerable<RouteOptions> routes, ModelFolderOptions models)
    {
        if (!routes.Any()) return;
        string[] folders = Directory.Exists(models.Path) ? [.. Directory.EnumerateDirectories(models.Path).Select(f => Path.GetFileName(f))] : [];
        foreach (var route in routes.Where(r => r.Name == models.Name || folders.Contains(r.Name)))
            throw new InputException($"routes: '{route.Name}' is the name of a model too, which the route would hide from rank requests; give the route another name.");
    }

    /// <summary>Whether a name is that of a route.</summary>
    public bool Has(string name) => _routes.ContainsKey(name);

    /// <summary>Name of the model that answers a request.</summary>
    /// <param name="name">Name of a route.</param>
    /// <param name="json">Body of the request.</param>
    /// <exception cref="ProblemException">The scenario leads to no model, or cannot be read.</exception>
    public string Choose(string name, ReadOnlySpan<byte> json)
    {
        var route = _routes[name];
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = limits.Nesting });
            return route.Model(PathOf(ref reader, route.Options));
        }
        catch (RequestException e)
        {
            throw new ProblemException(RequestProblem.Of(e));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ProblemException(RequestProblem.Of(RequestJson.Malformed(e)));
        }
    }

    static string?[] PathOf(ref Utf8JsonReader reader, RouteOptions route)
    {
        var path = new string?[route.Levels.Length];
        RequestJson.Next(ref reader);
        RequestJson.Require(ref reader, JsonTokenType.StartObject, "", "The body");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isScenario = reader.ValueTextEquals("scenario"u8);
            reader.Read();
            if (!isScenario) reader.Skip();
            else if (reader.TokenType == JsonTokenType.StartArray) Values(ref reader, path);
            else if (reader.TokenType == JsonTokenType.StartObject) Columns(ref reader, route, path);
            else break;
            if (isScenario) return path;
        }

        throw ProblemTypes.Error("missing-scenario", $"'{route.Name}' chooses a model by the scenario; give it: {{\"scenario\": {{\"{string.Join("\": …, \"", route.Levels)}\": …}}}}.", "/scenario");
    }

    // Only what the route looks at; the model that answers checks the rest.
    static void Values(ref Utf8JsonReader reader, string?[] path)
    {
        for (var level = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; level++)
        {
            if (level < path.Length) path[level] = Text(ref reader);
            else reader.Skip();
        }
    }

    static void Columns(ref Utf8JsonReader reader, RouteOptions route, string?[] path)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var level = route.Levels.IndexOf(reader.GetString()!);
            reader.Read();
            if (level >= 0) path[level] = Text(ref reader);
            else reader.Skip();
        }
    }

    static string? Text(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            case JsonTokenType.True:
                return "1";
            case JsonTokenType.False:
                return "0";
            default:
                reader.Skip();
                return null;
        }
    }

    sealed class Route
    {
        readonly RouteTarget[] _targets;

        // The longest path first: the first that fits is the one.
        public Route(RouteOptions options) => (Options, _targets) = (options, [.. options.Scenarios.OrderByDescending(t => t.Path.Length)]);

        public RouteOptions Options { get; }

        public string Model(string?[] path)
        {
            foreach (var target in _targets)
            {
                if (target.Path.AsSpan().SequenceEqual(path.AsSpan(0, target.Path.Length)!)) return target.Model;
            }

            return Options.Default ?? throw ProblemTypes.Error(
                "unknown-scenario", $"'{Options.Name}' has no model for this scenario; add it to the route, or give the route a default.", "/scenario");
        }
    }
}
