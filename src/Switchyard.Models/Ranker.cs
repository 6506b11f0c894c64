using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>A model with its weights: field embeddings, an architecture over them, and the schema both were built for.</summary>
public sealed class Ranker
{
    /// <param name="schema">Fields, scenario tree and tasks.</param>
    /// <param name="options">Architecture and its options.</param>
    /// <param name="seed">Seed of the initial weights.</param>
    /// <exception cref="InputException">An option does not fit.</exception>
    public Ranker(Schema schema, ModelOptions options, ulong seed)
        : this(schema, options, new ParameterSet(seed))
    {
    }

    /// <summary>A model's names and shapes without values, whatever its size: to know what it will take before it is built.</summary>
    public static Ranker Declare(Schema schema, ModelOptions options) => new(schema, options, new ParameterSet(0, deferred: true));

    internal Ranker(Schema schema, ModelOptions options, ParameterSet parameters)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(options);
        Schema = schema;
        Parameters = parameters;
        var scope = new Scope(Parameters);
        try
        {
            Embedding = new FeatureEmbedding(scope.Sub("embedding"), schema, options);
            var shape = ModelShape.Of(schema) with { Width = Embedding.Width };
            Options = options.Complete(shape, null);
            Options.Check();
            Model = Options.Build(scope, shape);
        }
        catch (ArgumentException e)
        {
            throw new InputException($"model {ModelZoo.NameOf(options)}: {e.Message}", e);
        }
    }

    public Schema Schema { get; }

    /// <summary>The architecture's options, those written out whose default follows the schema.</summary>
    public ModelOptions Options { get; }

    public ParameterSet Parameters { get; }

    public FeatureEmbedding Embedding { get; }

    public RankingModel Model { get; }
}
