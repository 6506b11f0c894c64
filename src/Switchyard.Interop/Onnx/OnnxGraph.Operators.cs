using Switchyard.Interop.Onnx;

namespace Switchyard.Interop;

/// <summary>The operators that a model is made of, by the names of the standard (operator set <see cref="Opset"/>).</summary>
sealed partial class OnnxGraph
{
    /// <summary>Version of the standard's operators: old enough for tools of three years ago, which do not know ReduceMean of 18.</summary>
    public const int Opset = 17;

    public string Add(string a, string b) => Node("Add", [a, b]);

    public string Multiply(string a, string b) => Node("Mul", [a, b]);

    public string Divide(string a, string b) => Node("Div", [a, b]);

    public string Subtract(string a, string b) => Node("Sub", [a, b]);

    public string MatMul(string a, string b) => Node("MatMul", [a, b]);

    public string Relu(string x) => Node("Relu", [x]);

    public string Softmax(string x, int axis = -1) => Node("Softmax", [x], Attribute("axis", axis));

    public string Where(string condition, string yes, string no) => Node("Where", [condition, yes, no]);

    public string Less(string a, string b) => Node("Less", [a, b]);

    public string ToFloat(string x) => Node("Cast", [x], Attribute("to", (long)TensorProto.Types.DataType.Float));

    /// <summary>1 where x is not 0, else 0.</summary>
    public string NotZero(string x) => ToFloat(Node("Not", [Node("Equal", [x, Floats([0])])]));

    /// <summary>0 stands for a dimension that stays, −1 for what is left.</summary>
    public string Reshape(string x, params long[] shape) => Node("Reshape", [x, Ints(shape, shape.Length)]);

    public string Transpose(string x, params long[] order) => Node("Transpose", [x], Attribute("perm", order));

    public string Unsqueeze(string x, long axis) => Node("Unsqueeze", [x, Ints([axis], 1)]);

    public string Sum(string x, long axis, bool keep = false) => Node("ReduceSum", [x, Ints([axis], 1)], Attribute("keepdims", keep ? 1 : 0));

    public string Mean(string x, long axis, bool keep = false) => Node("ReduceMean", [x], Attribute("axes", [axis]), Attribute("keepdims", keep ? 1 : 0));

    public string Concat(long axis, params IReadOnlyList<string> parts) => parts.Count == 1 ? parts[0] : Node("Concat", parts, Attribute("axis", axis));

    /// <summary>Entries [from, to) of the last dimension.</summary>
    public string Columns(string x, long from, long to) => Node("Slice", [x, Ints([from], 1), Ints([to], 1), Ints([-1], 1)]);

    /// <summary>Rows of a table by their numbers.</summary>
    public string Gather(string table, string numbers) => Node("Gather", [table, numbers], Attribute("axis", 0));

    /// <summary>Numbers → 1 in their column and 0 elsewhere; a number that is no column has no 1.</summary>
    public string OneHot(string numbers, long columns) => Node("OneHot", [numbers, Ints([columns]), Floats([0, 1], 2)], Attribute("axis", -1));

    /// <summary>Numbers of the k smallest or largest of the last dimension; of equal ones that of the lower number, as the standard has it and ours too.</summary>
    public string TopK(string x, long k, bool largest) =>
        Nodes("TopK", [x, Ints([k], 1)], 2, Attribute("axis", -1), Attribute("largest", largest ? 1 : 0), Attribute("sorted", 1))[1];
}
