using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>
/// What is wrong with routes, as far as the models show it: a route may be right today and wrong with the next version. Said in the log, and no
/// reason not to start: a model may be published later, and the others have to be served meanwhile.
/// </summary>
static class RouteCheck
{
    /// <summary>Routes that lead to no model of the folder.</summary>
    /// <param name="routes">All routes.</param>
    /// <param name="models">Names of the models.</param>
    public static IEnumerable<string> Missing(IEnumerable<RouteOptions> routes, IReadOnlyCollection<string> models)
    {
        foreach (var route in routes)
        {
            foreach (var name in Targets(route).Where(t => !models.Contains(t)))
                yield return $"route '{route.Name}' leads to model '{name}', which is not in the folder of models.{Suggestion.For(name, models)}";
        }
    }

    /// <summary>What a version that has begun to serve does not take of what routes send to its model.</summary>
    /// <param name="routes">All routes.</param>
    /// <param name="model">The version.</param>
    public static IEnumerable<string> Of(IEnumerable<RouteOptions> routes, ServedModel model)
    {
        var levels = model.Schema.Levels;
        foreach (var route in routes.Where(r => Targets(r).Contains(model.Name)))
        {
            if (!levels.Select(l => l.Column).Take(route.Levels.Length).SequenceEqual(route.Levels))
            {
                yield return $"route '{route.Name}' has levels {string.Join(", ", route.Levels)}, and model '{model.Name}' {(levels.IsEmpty ? "has none" : string.Join(", ", levels.Select(l => l.Column)))}: "
                    + "those of the route must be the model's first, else it refuses what the route sends to it.";
                continue;
            }

            foreach (var target in route.Scenarios.Where(t => t.Model == model.Name))
            {
                if (Enumerable.Range(0, target.Path.Length).FirstOrDefault(i => !levels[i].Nodes.Contains(target.Path[i]), -1) is >= 0 and var i)
                    yield return $"route '{route.Name}', path [{string.Join(", ", target.Path)}]: model '{model.Name}' has not seen {levels[i].Column} '{target.Path[i]}' in training.{Suggestion.For(target.Path[i], levels[i].Nodes)}";
            }
        }
    }

    static IEnumerable<string> Targets(RouteOptions route) =>
        route.Scenarios.Select(t => t.Model).Append(route.Default).OfType<string>().Distinct(StringComparer.Ordinal);
}
