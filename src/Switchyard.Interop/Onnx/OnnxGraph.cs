using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Switchyard.Interop.Onnx;

namespace Switchyard.Interop;

/// <summary>The values of a weight, read when they are written.</summary>
delegate ReadOnlySpan<float> WeightValues();

/// <summary>A weight: its name and shape in the file, and where its values come from.</summary>
sealed record OnnxWeight(TensorProto Declaration, WeightValues Values)
{
    public long Bytes => Declaration.Dims.Aggregate(1L, (n, dim) => n * dim) * sizeof(float);
}

/// <summary>
/// A graph that grows node by node. A node that is there already, with the same inputs and attributes, is not made twice. Values are
/// called by the names that nodes give them.
/// </summary>
sealed partial class OnnxGraph
{
    readonly GraphProto _graph = new() { Name = "switchyard" };
    readonly Dictionary<string, string[]> _made = new(StringComparer.Ordinal);
    readonly Dictionary<string, OnnxWeight> _weights = new(StringComparer.Ordinal);
    readonly HashSet<string> _inputs = new(StringComparer.Ordinal);

    /// <summary>An input of the model, declared once however often it is asked for. Its dimensions have names: they may be of any size.</summary>
    public string Input(string name, TensorProto.Types.DataType type, params IReadOnlyList<object> dims)
    {
        if (_inputs.Add(name)) _graph.Input.Add(Describe(name, type, dims));
        return name;
    }

    /// <summary>An output of the model that has a value.</summary>
    public void Output(string name, string value, params IReadOnlyList<object> dims)
    {
        _graph.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { value }, Output = { name } });
        _graph.Output.Add(Describe(name, TensorProto.Types.DataType.Float, dims));
    }

    /// <summary>A weight, declared once however often it is asked for.</summary>
    public string Weight(string name, WeightValues values, params IReadOnlyList<long> dims)
    {
        _weights.TryAdd(name, new OnnxWeight(new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Float, Dims = { dims } }, values));
        return name;
    }

    /// <summary>Numbers that are part of the graph; without dimensions, one number.</summary>
    public string Floats(float[] values, params IReadOnlyList<long> dims) =>
        Constant(TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values.AsSpan()), dims);

    /// <summary>The same of whole numbers.</summary>
    public string Ints(long[] values, params IReadOnlyList<long> dims) =>
        Constant(TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes(values.AsSpan()), dims);

    /// <summary>A node with one output.</summary>
    public string Node(string op, IReadOnlyList<string> inputs, params IReadOnlyList<AttributeProto> attributes) => Nodes(op, inputs, 1, attributes)[0];

    /// <summary>A node with several outputs.</summary>
    public string[] Nodes(string op, IReadOnlyList<string> inputs, int outputs, params IReadOnlyList<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = op, Input = { inputs }, Attribute = { attributes } };
        var key = node.ToByteString().ToBase64();
        if (_made.TryGetValue(key, out var known)) return known;

        node.Name = string.Create(CultureInfo.InvariantCulture, $"{op}/{_made.Count}");
        node.Output.Add(Enumerable.Range(0, outputs).Select(i => i == 0 ? node.Name : string.Create(CultureInfo.InvariantCulture, $"{node.Name}/{i}")));
        _graph.Node.Add(node);
        return _made[key] = [.. node.Output];
    }

    /// <summary>The graph without what no output needs, and the weights that it reads, in the order of their first use.</summary>
    public (GraphProto Graph, OnnxWeight[] Weights) Build()
    {
        var needed = _graph.Output.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = _graph.Node.Count - 1; i >= 0; i--)
        {
            if (_graph.Node[i].Output.Any(needed.Contains)) needed.UnionWith(_graph.Node[i].Input);
        }

        var nodes = _graph.Node.Where(n => n.Output.Any(needed.Contains)).ToArray();
        var weights = nodes.SelectMany(n => n.Input).Distinct().Where(_weights.ContainsKey).Select(n => _weights[n]).ToArray();
        var built = new GraphProto { Name = _graph.Name, Node = { nodes }, Output = { _graph.Output } };
        built.Input.Add(_graph.Input.Where(i => needed.Contains(i.Name)));
        return (built, weights);
    }

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static AttributeProto Attribute(string name, IReadOnlyList<long> values) => new() { Name = name, Ints = { values }, Type = AttributeProto.Types.AttributeType.Ints };

    string Constant(TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, IReadOnlyList<long> dims)
    {
        var tensor = new TensorProto { DataType = (int)type, Dims = { dims }, RawData = ByteString.CopyFrom(bytes) };
        return Node("Constant", [], new AttributeProto { Name = "value", T = tensor, Type = AttributeProto.Types.AttributeType.Tensor });
    }

    static ValueInfoProto Describe(string name, TensorProto.Types.DataType type, IReadOnlyList<object> dims)
    {
        var shape = new TensorShapeProto();
        foreach (var dim in dims)
        {
            shape.Dim.Add(dim is string symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = (int)dim });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }
}
