using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Interop.Onnx;
using Switchyard.Models;

namespace Switchyard.Interop;

/// <summary>
/// Writes down a scoring pass as an ONNX graph while it runs: every op that it hears of becomes nodes. Tensors of rows keep their shape
/// [rows, N]; what the engine computes for pairs of rows and experts becomes [experts, rows, N], all experts for all rows, and the gates'
/// zeros take away what was not chosen; items of rows become [rows, items, N], padded.
/// </summary>
sealed class OnnxConversion(Ranker ranker, ForwardPass pass) : IOpListener
{
    /// <summary>Name of the dimension of rows.</summary>
    public const string Rows = "rows";

    readonly Dictionary<int, string> _values = [];
    readonly Dictionary<Dispatch, string> _gates = new(ReferenceEqualityComparer.Instance);
    readonly Batch _positions = Positions(ranker.Schema);
    string? _rows;

    public OnnxGraph Graph { get; } = new();

    public Schema Schema => ranker.Schema;

    /// <summary>Level whose nodes have tables of their own, where they do.</summary>
    public int PrivateLevel => ranker.Options.PrivateLevel!.Value - 1;

    /// <summary>The model's name, for messages.</summary>
    string Model => ModelZoo.NameOf(ranker.Options);

    public void Heard(string op, object result, params object?[] arguments)
    {
        if (!OnnxOps.All.TryGetValue(op, out var convert))
            throw new InputException($"ONNX: model {Model} uses the op {op}, which has no form there yet; export a model without it, or report it.");
        var value = convert(new OpCall(this, op, result, arguments));
        if (result is Tensor tensor) _values[tensor.Id] = value;
        else _gates[(Dispatch)result] = value;
    }

    /// <summary>The name of what an op computed.</summary>
    /// <exception cref="InputException">It was made by something that told nobody.</exception>
    public string Value(Tensor tensor, string op) => _values.TryGetValue(tensor.Id, out var value)
        ? value
        : throw new InputException($"ONNX: model {Model}: the op {op} reads numbers that no op is known to make; report it.");

    /// <summary>The first gate of a dispatch, [rows, experts].</summary>
    public string Gate(Dispatch dispatch) => _gates[dispatch];

    /// <summary>Values that the pass has now.</summary>
    public ReadOnlySpan<float> Numbers(Tensor tensor) => pass.Graph.Value(tensor);

    /// <summary>A dense weight: [rows, columns], stacked ones [matrices, rows, columns].</summary>
    public string Weight(Parameter weight) => weight.Count > 1
        ? Graph.Weight(weight.Name, () => ranker.Parameters.Values(weight), weight.Count, weight.RowsEach, weight.Cols)
        : Graph.Weight(weight.Name, () => ranker.Parameters.Values(weight), weight.Rows, weight.Cols);

    /// <summary>The schema's field that an input reads.</summary>
    public Field FieldOf(EmbeddingInput input) => Schema.Fields[ranker.Embedding.Fields[Array.IndexOf(pass.Inputs, input)]];

    /// <summary>The field of several values whose rows start where the array says.</summary>
    public EmbeddingInput InputOf(int[] starts) => pass.Inputs.Single(i => ReferenceEquals(i.Offsets, starts));

    /// <summary>Id that stands for every value of a field of role position.</summary>
    public int FixedId(Field field) => _positions.Ids(Schema.Fields.IndexOf(field))[0];

    /// <summary>The same of a number: value and missing flag.</summary>
    public float[] FixedNumber(Field field) => _positions.Numbers(Schema.Fields.IndexOf(field));

    /// <summary>Node of every row at a level, −1 where it is unknown.</summary>
    public string Nodes(int level) => Graph.Input(NameOf(Schema.Levels[level]), TensorProto.Types.DataType.Int64, Rows);

    /// <summary>The same with a number behind the last node where it is unknown: where tables keep the mean.</summary>
    public string NodesOrLast(int level, int nodes) => Graph.Where(Unknown(level), Graph.Ints([nodes]), Nodes(level));

    /// <summary>How much every member counts in a row, [rows, members], or [1, members] where rows are all alike: 1 for its own; an unknown one has a share of all.</summary>
    public string MemberWeights(NodeIndex own, int members)
    {
        if (own.IsConstant) return Graph.Floats([.. Enumerable.Range(0, members).Select(m => own[0] < 0 ? 1f / members : own[0] == m ? 1 : 0)], 1, members);
        var share = Graph.Multiply(Graph.Unsqueeze(Graph.ToFloat(Unknown(own.Level)), 1), Graph.Floats([1f / members]));
        return Graph.Add(Graph.OneHot(NodesOrLast(own.Level, members), members), share);
    }

    /// <summary>One row [1,N] as many times as there are rows.</summary>
    public string ForAllRows(string x) => Graph.Node("Expand", [x, Graph.Concat(0, _rows!, Graph.Ints([1], 1))]);

    /// <summary>Says by which value the number of rows is known.</summary>
    public void CountRows(string x) => _rows ??= Graph.Node("Slice", [Graph.Node("Shape", [x]), Graph.Ints([0], 1), Graph.Ints([1], 1)]);

    /// <summary>Name of a level's input.</summary>
    internal static string NameOf(ScenarioLevel level) => "scenario/" + level.Column;

    static Batch Positions(Schema schema)
    {
        var batch = new Batch(schema, 1) { Count = 1 };
        batch.FixPositions();
        return batch;
    }

    string Unknown(int level) => Graph.Less(Nodes(level), Graph.Ints([0]));
}

/// <summary>An op that was heard of.</summary>
/// <param name="Of">The conversion.</param>
/// <param name="Name">The op's name.</param>
/// <param name="Result">What it returned.</param>
/// <param name="Arguments">Its arguments, see <see cref="IOpListener.Heard"/>.</param>
readonly record struct OpCall(OnnxConversion Of, string Name, object Result, object?[] Arguments)
{
    public OnnxGraph Graph => Of.Graph;

    /// <summary>An argument that is a tensor or a weight, by its name.</summary>
    public string this[int argument] => Arguments[argument] is Parameter weight ? Of.Weight(weight) : Of.Value(Get<Tensor>(argument), Name);

    public T Get<T>(int argument) => (T)Arguments[argument]!;

    /// <summary>Whether an optional argument was given.</summary>
    public bool Has(int argument) => Arguments[argument] is { } value && !(value is Tensor tensor && tensor == default);

    /// <summary>Several tensors, by their names.</summary>
    public string[] Several(int argument)
    {
        var (of, name) = (Of, Name);
        return [.. Get<Tensor[]>(argument).Select(t => of.Value(t, name))];
    }
}
