using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Switchyard.Server;

/// <summary>Schemas of the OpenAPI document: bodies of requests and responses.</summary>
static class ApiSchemas
{
    static OpenApiSchema Text => new() { Type = JsonSchemaType.String };

    static OpenApiSchema Whole => new() { Type = JsonSchemaType.Integer };

    static OpenApiSchema Number => new() { Type = JsonSchemaType.Number, Format = "float" };

    /// <summary>A value of a column.</summary>
    static OpenApiSchema Value => new()
    {
        Description = "A text, a number (its digits are taken as they are), true or false (1 or 0), null (missing), or a list of texts and numbers for a field of several values.",
        Type = JsonSchemaType.String | JsonSchemaType.Number | JsonSchemaType.Boolean | JsonSchemaType.Null | JsonSchemaType.Array,
        Items = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Number | JsonSchemaType.Boolean | JsonSchemaType.Null },
    };

    public static OpenApiSchema RankRequest => Object(
        "The items to rank, and what they have in common. A column is given once: for the whole request, or by items.",
        ["items"],
        ("scenario", new OpenApiSchema
        {
            Description = "The scenario: values by column, or a list of values in the order of the levels.",
            OneOf = [Columns("Values by column."), List(new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Number | JsonSchemaType.Boolean | JsonSchemaType.Null })],
        }),
        ("user", Columns("Values of the user.")),
        ("context", Columns("Values of the request.")),
        ("items", List(new OpenApiSchema
        {
            OneOf =
            [
                Object("An item with its values.", [], ("id", Id("Its name in the response.")), ("fields", Columns("Values of the item."))),
                Id("An item by its id only."),
            ],
        })),
        ("top", Described(new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" }, "Cuts the order to so many items.")));

    public static OpenApiSchema RankResponse => Object(
        "Scores of the items in the request's order, and their order.",
        ["model", "version", "scenario", "items", "order_by", "order"],
        ("model", Described(Text, "Name of the model that answered.")),
        ("version", Described(Text, "Its version.")),
        ("scenario", Described(List(new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null }), "Values of the scenario's levels; null where missing, or where items give them.")),
        ("items", List(Object("Scores of an item.", ["scores", "fused"], ("id", Id("As the request gave it.")), ("scores", Scores()), ("fused", Described(Number, "What the order is by: the scores, fused by the formula of the scenario.")), ("explanation", Explanation)))),
        ("order_by", new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create("id"), JsonValue.Create("index")], Description = "What order holds: ids where every item has one, indices of items otherwise." }),
        ("order", Described(List(new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Number }), "Fused score descending; equal ones in the request's order.")));

    static OpenApiSchema Explanation => Object(
        "With explain=true: the experts that the item uses, and what each of its values does.",
        ["gates", "contributions"],
        ("gates", List(Object(
            "The experts that a gate chose.",
            ["layer", "experts"],
            ("layer", Text),
            ("task", Described(Text, "The task whose gate it is; missing where it is that of a scenario.")),
            ("experts", List(Object("An expert.", ["expert", "role", "weight"], ("expert", Whole), ("role", Enum("specific", "shared", "both", "mixed")), ("weight", Number))))))),
        ("contributions", List(Object(
            "The item's scores less those without a value, by the size of fused.",
            ["column", "as", "fused", "scores", "logits"],
            ("column", Text),
            ("as", Described(Enum("field", "scenario"), "Whether the fields that read the column are missing, or the scenario's node of this level is taken as unknown.")),
            ("fused", Difference),
            ("scores", new OpenApiSchema { Type = JsonSchemaType.Object, Description = "By task.", AdditionalProperties = Difference }),
            ("logits", new OpenApiSchema { Type = JsonSchemaType.Object, Description = "By task: of ln(p / (1 − p)).", AdditionalProperties = Difference })))));

    static OpenApiSchema Difference => new() { Type = JsonSchemaType.Number | JsonSchemaType.Null, Format = "double" };

    public static OpenApiSchema ScoreRequest => Object("Rows to score.", ["rows"], ("rows", List(Columns("Values of a row, scenario columns among them."))));

    public static OpenApiSchema ScoreResponse => Object(
        "Scores of the rows in their order.", ["model", "version", "scores"], ("model", Text), ("version", Text), ("scores", List(Scores())));

    public static OpenApiSchema Model => Object(
        "A model.",
        ["name", "versions"],
        ("name", Text),
        ("version", Described(Text, "The version that answers; missing where none does.")),
        ("versions", List(Object("A version in the folder.", ["version", "status"], ("version", Text), ("status", Enum("serving", "idle", "incomplete", "bad")), ("reason", Described(Text, "Why it cannot answer."))))),
        ("digest", Described(Text, "SHA-256 of the weights.")),
        ("created", new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" }),
        ("levels", List(Object("A level of the scenario tree.", ["column", "nodes"], ("column", Text), ("nodes", List(Text))))),
        ("fields", List(Object("A field.", ["name", "column", "kind", "side"], ("name", Text), ("column", Text), ("kind", Enum("single", "multiple", "sequence", "number")), ("side", Enum("item", "user", "context"))))),
        ("tasks", List(Object("A task.", ["name"], ("name", Text), ("given", Described(Text, "The task it is conditional on; its score is the product along the chain."))))),
        ("fusion", Object(
            "How task scores become the fused one.",
            ["version", "rules"],
            ("version", Described(Text, "Says which fusion made a score.")),
            ("rules", List(Object(
                "What scenarios have.", ["formula", "weights"], ("formula", Text), ("weights", new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Number })))))),
        ("metrics", new OpenApiSchema { Type = JsonSchemaType.Object, Description = "Metrics that training stored in the bundle." }));

    public static OpenApiSchema Drift => Object(
        "How far scores, fields and experts are from the baseline.",
        ["model", "version", "sample", "window_rows", "seen_rows", "rows"],
        ("model", Text),
        ("version", Text),
        ("sample", Described(Whole, "One of so many rows is counted.")),
        ("window_rows", Described(Whole, "Counted rows that the window may hold.")),
        ("seen_rows", Described(Whole, "Rows scored since the version serves.")),
        ("rows", Described(Whole, "Rows that the window holds.")),
        ("baseline", Object("The rows it is compared with; missing where the bundle has none.", ["part", "rows"], ("part", Text), ("rows", Whole))),
        ("note", Described(Text, "Why there is no comparison.")),
        ("scenarios", List(Object(
            "A scenario; all together first.",
            ["scenario", "rows", "baseline_rows", "verdict", "scores", "fields", "experts"],
            ("scenario", Text),
            ("rows", Whole),
            ("baseline_rows", Whole),
            ("verdict", Verdict),
            ("scores", Findings),
            ("fields", Findings),
            ("experts", Findings)))));

    static OpenApiSchema Verdict => Enum("stable", "moderate", "large", "too_few_rows");

    static OpenApiSchema Findings => List(Object(
        "A score, a field or a layer.",
        ["name", "psi", "verdict", "distance", "most_changed"],
        ("name", Text),
        ("psi", Described(Number, "Population stability index.")),
        ("noise", Described(Number, "What it stays below by chance alone, 9,999 times in 10,000; missing where there are no rows.")),
        ("verdict", Verdict),
        ("distance", Described(Number, "Total variation distance, 0 to 1.")),
        ("unknown", Described(Number, "Share of values that training has not seen.")),
        ("baseline_unknown", Number),
        ("most_changed", Described(Text, "The bin whose share has changed most; empty where none has."))));

    public static OpenApiSchema Metrics => Described(Text, "Metrics with their help, type and series.");

    public static OpenApiSchema Health => Object("State.", ["status"], ("status", Enum("ok", "ready")));

    public static OpenApiSchema Problem => Object(
        "A problem (RFC 9457).",
        ["type", "title", "status", "detail"],
        ("type", new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. ProblemTypes.All.Select(p => (JsonNode)JsonValue.Create(p.Type)!)], Description = "The kind; clients may rely on it." }),
        ("title", Text),
        ("status", Whole),
        ("detail", Described(Text, "What is wrong, where, and what to do.")),
        ("pointer", Described(Text, "JSON pointer to the value of the body that it is about.")));

    /// <summary>Adds all schemas to a document.</summary>
    public static void AddTo(OpenApiDocument document)
    {
        document.AddComponent(nameof(RankRequest), RankRequest);
        document.AddComponent(nameof(RankResponse), RankResponse);
        document.AddComponent(nameof(ScoreRequest), ScoreRequest);
        document.AddComponent(nameof(ScoreResponse), ScoreResponse);
        document.AddComponent(nameof(Model), Model);
        document.AddComponent(nameof(ModelList), ModelList(document));
        document.AddComponent(nameof(Drift), Drift);
        document.AddComponent(nameof(Metrics), Metrics);
        document.AddComponent(nameof(Health), Health);
        document.AddComponent(nameof(Problem), Problem);
    }

    public static OpenApiSchema ModelList(OpenApiDocument document) => Object(
        "Models and routes.",
        ["models", "routes"],
        ("models", List(new OpenApiSchemaReference(nameof(Model), document))),
        ("routes", List(Object(
            "A name that stands for several models.",
            ["name", "levels", "scenarios"],
            ("name", Text),
            ("levels", List(Text)),
            ("scenarios", List(Object("Which scenario goes where.", ["path", "model"], ("path", List(Text)), ("model", Text)))),
            ("default", Text)))));

    static OpenApiSchema Object(string description, string[] required, params (string Name, IOpenApiSchema Schema)[] properties) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        Required = required.ToHashSet(StringComparer.Ordinal),
        Properties = properties.ToDictionary(p => p.Name, p => p.Schema),
        AdditionalPropertiesAllowed = false,
    };

    static OpenApiSchema Columns(string description) => new() { Type = JsonSchemaType.Object, Description = description, AdditionalProperties = Value };

    static OpenApiSchema Scores() => new() { Type = JsonSchemaType.Object, Description = "Score by task.", AdditionalProperties = Number };

    static OpenApiSchema List(IOpenApiSchema items) => new() { Type = JsonSchemaType.Array, Items = items };

    static OpenApiSchema Enum(params string[] values) => new() { Type = JsonSchemaType.String, Enum = [.. values.Select(v => (JsonNode)JsonValue.Create(v)!)] };

    static OpenApiSchema Id(string description) => new() { Type = JsonSchemaType.String | JsonSchemaType.Number, Description = description };

    static OpenApiSchema Described(OpenApiSchema schema, string description)
    {
        schema.Description = description;
        return schema;
    }
}
