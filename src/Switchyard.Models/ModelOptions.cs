using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>
/// Options of an architecture: a record with documented defaults that can build it. What is declared here every architecture has; its
/// default means that there is no such option, so that bundles which do not know it can be read.
/// </summary>
public abstract record ModelOptions : IValidatableObject
{
    [Description("Fields that the model does not read: to compare models on one imported file. The scenario still reaches the model's structure where its field is left out. Rows to score need not have the columns of these fields.")]
    public ImmutableArray<string> Without { get; init; } = [];

    [Description("How fields become the model's input.")]
    public EmbeddingOptions Embedding { get; init; } = new();

    /// <summary>How scenarios and tasks reach the model, in one line: reports print it beside the model's name.</summary>
    public abstract string Topology { get; }

    /// <summary>
    /// Scenario level, 1-based, whose nodes each have embeddings of their own, as if every node were a model by itself; null where all
    /// rows share one table a field.
    /// </summary>
    public virtual int? PrivateLevel => null;

    /// <summary>The first rule between options that is broken, and the options of the rule; null where none is.</summary>
    protected virtual ValidationResult? Conflict => null;

    /// <summary>See <see cref="Conflict"/>.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Conflict is { } conflict ? [conflict] : [];

    /// <summary>Declares the model's parameters under the scope.</summary>
    /// <exception cref="ArgumentException">An option does not fit the shape; the message names it.</exception>
    public abstract RankingModel Build(Scope scope, ModelShape shape);

    /// <summary>The options with those written out whose default follows the sizes: a saved model keeps them when it grows.</summary>
    /// <param name="shape">Sizes of the model.</param>
    /// <param name="older">Options of the model that this one grows from, which it then keeps; null for a new model.</param>
    /// <exception cref="ArgumentException">An option does not fit the shape; the message names it.</exception>
    public virtual ModelOptions Complete(ModelShape shape, ModelOptions? older) => this;

    /// <exception cref="ArgumentException">A rule between options, or within one of them, is broken; the message begins with the option's key.</exception>
    internal void Check() => Check(this, "");

    static void Check(IValidatableObject options, string path)
    {
        foreach (var broken in options.Validate(new ValidationContext(options)))
            throw new ArgumentException($"{path}{Key(broken.MemberNames.First())}: {broken.ErrorMessage}");
        foreach (var property in options.GetType().GetProperties())
        {
            if (property.GetValue(options) is IValidatableObject inner) Check(inner, $"{path}{Key(property.Name)}.");
        }

        static string Key(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
    }

    /// <summary>The fields that the model reads, ascending indices into <see cref="Schema.Fields"/>.</summary>
    /// <exception cref="ArgumentException">An option does not fit the fields: <see cref="ProblemWith"/>.</exception>
    public ImmutableArray<int> FieldsRead(Schema schema)
    {
        var fields = FieldTraits.Of(schema);
        if (ProblemWith(fields) is { } problem) throw new ArgumentException(problem.Message);
        return [.. Enumerable.Range(0, fields.Length).Where(f => !Without.Contains(fields[f].Name))];
    }

    /// <summary>The first of the options declared here that does not fit the fields; null where all do.</summary>
    internal FieldProblem? ProblemWith(IReadOnlyList<FieldTraits> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        string[] names = [.. fields.Select(f => f.Name)];
        if (Without.FirstOrDefault(w => !names.Contains(w)) is { } unknown)
            return new FieldProblem("without", $"without names '{unknown}', which is not a field.{Suggestion.For(unknown, names)}");
        FieldTraits[] read = [.. fields.Where(f => !Without.Contains(f.Name))];
        if (read.Length == 0) return new FieldProblem("without", "without names every field; leave at least one for the model to read.");
        return Embedding.Problem(read) is { } problem ? new FieldProblem("embedding", problem) : null;
    }
}
