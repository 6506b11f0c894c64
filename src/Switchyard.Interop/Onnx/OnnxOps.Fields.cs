using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Interop.Onnx;

namespace Switchyard.Interop;

/// <summary>From fields to vectors: tables, pooling, and attention over the items of a row.</summary>
static partial class OnnxOps
{
    /// <summary>Value and missing flag of a number.</summary>
    internal const int NumberWidth = 2;

    static string Embed(OpCall o)
    {
        var of = o.Of;
        var fields = o.Get<EmbeddingInput[]>(0).Where(f => !f.Attended).OrderBy(f => f.Column).ToArray();
        var columns = fields.Select(f => Columns(of, f)).ToArray();
        var counted = Array.FindIndex(fields, f => !IsFixed(f));
        if (counted >= 0) of.CountRows(columns[counted]);
        else if (of.Schema.Levels.Length > 0) of.CountRows(of.Nodes(0));
        else throw new InputException("ONNX: the model reads fields of role position only, so that nothing says how many rows there are; export a model that reads a further field.");
        return o.Graph.Concat(-1, [.. columns.Select((c, i) => IsFixed(fields[i]) ? of.ForAllRows(c) : c)]);

        bool IsFixed(EmbeddingInput input) => OnnxOps.IsFixed(of.FieldOf(input));
    }

    /// <summary>Whether all scoring replaces the field's values by one: then it is part of the graph, and no input.</summary>
    static bool IsFixed(Field field) => field.Role == FieldRole.Position;

    /// <summary>Table [M,N] → the row of every row's node, the mean of all where it is unknown.</summary>
    static string Lookup(OpCall o)
    {
        var (g, table, own) = (o.Graph, o[0], o.Get<NodeIndex>(1));
        if (own.IsConstant) return o.Of.ForAllRows(own[0] < 0 ? g.Mean(table, 0, keep: true) : g.Gather(table, g.Ints([own[0]], 1)));
        return g.Gather(g.Concat(0, table, g.Mean(table, 0, keep: true)), o.Of.NodesOrLast(own.Level, o.Get<Tensor>(0).Rows));
    }

    /// <summary>q [rows,N], k [rows, items, N] → [q ; k ; q − k ; q ⊙ k].</summary>
    static string QueryKeys(OpCall o)
    {
        var (g, k) = (o.Graph, o[1]);
        var q = g.Node("Expand", [g.Unsqueeze(o[0], 1), g.Node("Shape", [k])]);
        return g.Concat(-1, q, k, g.Subtract(q, k), g.Multiply(q, k));
    }

    static string ItemSoftmax(OpCall o)
    {
        var (g, present) = (o.Graph, Present(o.Of, o.Of.InputOf(o.Get<int[]>(1))));
        return g.Multiply(g.Softmax(g.Where(g.Less(g.Floats([0]), present), o[0], g.Floats([Never])), 1), present);
    }

    static string WeightedItems(OpCall o) =>
        o.Graph.Sum(o.Graph.Multiply(o.Graph.Multiply(o[0], o[1]), Present(o.Of, o.Of.InputOf(o.Get<int[]>(2)))), 1);

    /// <summary>A field's columns of x.</summary>
    static string Columns(OnnxConversion of, EmbeddingInput input)
    {
        var (g, field) = (of.Graph, of.FieldOf(input));
        if (field.Kind == FieldKind.Number && IsFixed(field)) return g.Floats(of.FixedNumber(field), 1, NumberWidth);
        if (field.Kind == FieldKind.Number) return g.Input(NameOf(field), TensorProto.Types.DataType.Float, OnnxConversion.Rows, NumberWidth);
        if (!field.HasItems) return Vectors(of, input);
        var present = Present(of, input);
        var sum = g.Sum(g.Multiply(Vectors(of, input), present), 1);
        return input.Mean ? g.Divide(sum, g.Node("Max", [g.Sum(present, 1), g.Floats([1])])) : sum;
    }

    /// <summary>The vectors of a field's ids: [rows,N], of items [rows, items, N] with any vector in place of those that are missing.</summary>
    static string Vectors(OnnxConversion of, EmbeddingInput input)
    {
        var (g, items) = (of.Graph, of.FieldOf(input).HasItems);
        var ids = Ids(of, input);
        if (items) ids = g.Node("Max", [ids, g.Ints([0])]);
        if (input.Private is not { } tables) return g.Gather(Table(of, input.Table!), ids);

        // The tables of all nodes one below the other, their mean as the last.
        var names = tables.Select(t => Table(of, t)).ToArray();
        var first = g.Multiply(of.NodesOrLast(of.PrivateLevel, tables.Length), g.Ints([tables[0].Rows]));
        return g.Gather(g.Concat(0, [.. names, g.Node("Mean", names)]), g.Add(ids, items ? g.Unsqueeze(first, 1) : first));
    }

    /// <summary>1 for an item that is there, 0 for one that is not, [rows, items, 1].</summary>
    static string Present(OnnxConversion of, EmbeddingInput input) =>
        of.Graph.Unsqueeze(of.Graph.ToFloat(of.Graph.Node("Not", [of.Graph.Less(Ids(of, input), of.Graph.Ints([0]))])), 2);

    static string Ids(OnnxConversion of, EmbeddingInput input)
    {
        var field = of.FieldOf(input);
        if (IsFixed(field)) return of.Graph.Ints([of.FixedId(field)], 1);
        object[] dims = field.HasItems ? [OnnxConversion.Rows, field.Name + "_values"] : [OnnxConversion.Rows];
        return of.Graph.Input(NameOf(field), TensorProto.Types.DataType.Int64, dims);
    }

    static string Table(OnnxConversion of, EmbeddingTable table) => of.Graph.Weight(table.Name, () => table.Values, table.Rows, table.Width);

    /// <summary>Name of a field's input.</summary>
    internal static string NameOf(Field field) => "field/" + field.Name;
}
