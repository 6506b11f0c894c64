using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Options of an architecture: a record with documented defaults that can build it.</summary>
public abstract record ModelOptions
{
    /// <summary>How scenarios and tasks reach the model, in one line: reports print it beside the model's name.</summary>
    public abstract string Topology { get; }

    /// <summary>Declares the model's parameters under the scope.</summary>
    /// <exception cref="ArgumentException">An option does not fit the shape; the message names it.</exception>
    public abstract RankingModel Build(Scope scope, ModelShape shape);
}
