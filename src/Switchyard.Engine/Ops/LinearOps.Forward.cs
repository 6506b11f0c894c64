using Switchyard.Kernels;

namespace Switchyard.Engine;

public static partial class LinearOps
{
    /// <summary>Rows of the output up to which weights are read in place: packing them would cost more than it saves.</summary>
    const int UnpackedRows = 12;

    /// <summary>The same of an expert in training, on average: packed weights serve one step only, and those of many experts do not fit into a cache.</summary>
    const int RowsOfAnExpert = 96;

    /// <summary>So many rows by one matrix take long enough to ask for another one meanwhile.</summary>
    const int AskingRows = 32;

    /// <summary>Fewer outputs are no whole vector, which costs more than packing.</summary>
    const int WideOutput = 16;

    /// <summary>Rows whose shared part is computed at a time.</summary>
    const int SharedRows = 256;

    [ThreadStatic]
    static Real[]? _partial;

    /// <summary>All rows by matrix 0.</summary>
    readonly struct WholeBody(ForwardBody body) : IRowBody
    {
        public void Run(Graph g, int from, int to) => body.Run(0, from, to, default);
    }

    /// <summary>What rows of one request share of a product's input.</summary>
    /// <param name="Requests">Request of every input row.</param>
    /// <param name="Columns">First columns of the input that are the same in all rows of a request; 0 where nothing is shared.</param>
    readonly record struct SharedPart(Block<int> Requests, int Columns)
    {
        /// <summary>A product whose inputs are pairs has no rows of x, and one that continues has its chains begun.</summary>
        public static SharedPart Of(Graph g, Tensor x, bool pairs, Epilogue epilogue) =>
            pairs || epilogue == Epilogue.Continue || g.SharedColumns(x) == 0 ? default : new SharedPart(g.Requests, g.SharedColumns(x));

        /// <summary>Lists the first of the given rows of every request that they belong to.</summary>
        public int FirstRows(ReadOnlySpan<int> rows, int inputRow, int count, Span<int> first)
        {
            var requests = Requests.Span;
            var (found, last) = (0, -1);
            for (var i = 0; i < count; i++)
            {
                var row = rows.IsEmpty ? inputRow + i : rows[i];
                if (requests[row] == last) continue;
                (first[found++], last) = (row, requests[row]);
            }

            return found;
        }
    }

    /// <summary>Output rows [from, to) by one matrix; <c>rows</c> names the input rows where these are gathered.</summary>
    readonly struct ForwardBody(
        Block<Real> x, Block<Real> weight, MatrixLayout layout, Block<Real> panels, int stride, Block<Real> bias, Block<Real> y,
        bool gather, Epilogue epilogue, SharedPart shared) : IPairBody
    {
        int Inputs => layout.Rows;

        int Outputs => layout.Cols;

        public void Run(Graph g, Dispatch dispatch, int expert, int from, int to)
        {
            var first = dispatch.Start[expert];
            var next = panels.Length > 0 || to - from < AskingRows ? -1 : g.NextExpert(dispatch, expert);
            if (!gather) Run(expert, from, to, default, from, next);
            else if (dispatch.Full(expert)) Run(expert, from, to, default, from - first, next);
            else Run(expert, from, to, dispatch.RowOfPair.Slice(from, to - from), 0, next);
        }

        public void Run(int matrix, int from, int to, ReadOnlySpan<int> rows) => Run(matrix, from, to, rows, from, -1);

        void Run(int matrix, int from, int to, ReadOnlySpan<int> rows, int inputRow, int next)
        {
            if (shared.Columns == 0)
            {
                Product(matrix, 0, Inputs, rows, inputRow, to - from, y.Slice(from * Outputs, (to - from) * Outputs), epilogue, next);
                return;
            }

            for (var done = 0; done < to - from; done += SharedRows)
            {
                var count = Math.Min(SharedRows, to - from - done);
                var target = y.Slice((from + done) * Outputs, count * Outputs);
                if (rows.IsEmpty) Shared(matrix, rows, inputRow + done, count, target);
                else Shared(matrix, rows.Slice(done, count), 0, count, target);
            }
        }

        /// <summary>Begins the chains once for every request and goes on from there row by row: the same chains, hence the same bits.</summary>
        void Shared(int matrix, ReadOnlySpan<int> rows, int inputRow, int count, Span<Real> target)
        {
            Span<int> first = stackalloc int[SharedRows];
            var requests = shared.FirstRows(rows, inputRow, count, first);
            if (2 * requests > count)
            {
                Product(matrix, 0, Inputs, rows, inputRow, count, target, epilogue);
                return;
            }

            var partial = _partial is { } p && p.Length >= SharedRows * Outputs ? p : _partial = new Real[SharedRows * Outputs];
            Product(matrix, 0, shared.Columns, first[..requests], 0, requests, partial, Epilogue.Store);
            var ids = shared.Requests.Span;
            for (int i = 0, request = 0; i < count; i++)
            {
                if (ids[rows.IsEmpty ? inputRow + i : rows[i]] != ids[first[request]]) request++;
                partial.AsSpan(request * Outputs, Outputs).CopyTo(target[(i * Outputs)..]);
            }

            Product(matrix, shared.Columns, Inputs, rows, inputRow, count, target, Continued);
        }

        Epilogue Continued => epilogue switch
        {
            Epilogue.Bias => Epilogue.ContinueBias,
            Epilogue.BiasRelu => Epilogue.ContinueBiasRelu,
            _ => Epilogue.Continue,
        };

        /// <summary>Columns [begin, end) of the input rows by those rows of a matrix. It asks for the <paramref name="next"/> one, where there is one and it is read in place.</summary>
        void Product(int matrix, int begin, int end, ReadOnlySpan<int> rows, int inputRow, int count, Span<Real> target, Epilogue how, int next = -1)
        {
            var a = x.Span[(inputRow * Inputs + begin)..];
            var b = bias.Length == 0 ? default : bias.Slice(matrix * Outputs, Outputs);
            if (panels.Length == 0)
            {
                Gemm.MultiplyUnpacked(
                    a, Inputs, rows, count, end - begin, layout.Matrix(weight, matrix, begin, end), layout.Stride, Outputs, target, Outputs, how, b,
                    next < 0 ? default : layout.Matrix(weight, next));
            }
            else
            {
                Gemm.MultiplyPart(a, Inputs, rows, count, begin, end, panels.Slice(matrix * stride, stride), Inputs, Outputs, target, Outputs, how, b);
            }
        }
    }
}
