namespace Switchyard.Engine;

/// <summary>
/// Which weights the rows of a pass use. A weight counts once, however many products read it; of stacked weights a row uses those of the
/// experts that any product sent it to. Weights that no product of <see cref="LinearOps"/> reads count as used.
/// </summary>
public sealed class WeightUse
{
    readonly Dictionary<(Parameter? Weight, int Computed), Stack> _stacks = [];

    /// <summary>Forgets what was counted, keeps the memory.</summary>
    public void Clear()
    {
        foreach (var stack in _stacks.Values) stack.Clear();
    }

    /// <summary>Weights that a row does not use, a sum over the rows of the pass.</summary>
    /// <param name="rows">Rows of the pass.</param>
    public double Unused(int rows) => rows * _stacks.Values.Sum(stack => stack.UnusedPerRow());

    /// <summary>Notes a product.</summary>
    /// <param name="weight">Its weight; null for one that was computed in the pass.</param>
    /// <param name="computed">Id of the tensor of a computed weight.</param>
    /// <param name="each">Values of one expert's matrix, its bias included.</param>
    /// <param name="dispatch">Rows of every expert; null where one matrix meets all rows.</param>
    internal void Add(Parameter? weight, int computed, long each, Dispatch? dispatch)
    {
        if (!_stacks.TryGetValue((weight, computed), out var stack)) _stacks[(weight, computed)] = stack = new Stack();
        stack.Add(each, dispatch);
    }

    sealed class Stack
    {
        bool[] _used = [];
        long _each;
        int _rows;
        int _experts;
        bool _whole;

        public void Clear() => (_rows, _experts, _whole) = (0, 0, false);

        public void Add(long each, Dispatch? dispatch)
        {
            // Without a dispatch, or over other rows than before, all of it counts as used.
            _whole |= dispatch is null || (_rows > 0 && (_rows, _experts) != (dispatch.Rows, dispatch.Experts));
            if (_whole) return;
            if (_rows == 0)
            {
                (_each, _rows, _experts) = (each, dispatch!.Rows, dispatch.Experts);
                var length = _rows * _experts;
                if (_used.Length < length) _used = new bool[length];
                _used.AsSpan(0, length).Clear();
            }

            var rows = dispatch!.RowOfPair.Span;
            for (var expert = 0; expert < _experts; expert++)
            {
                foreach (var row in rows[dispatch.Start[expert]..dispatch.Start[expert + 1]]) _used[(row * _experts) + expert] = true;
            }
        }

        public double UnusedPerRow()
        {
            if (_whole || _rows == 0) return 0;
            var unused = _used.AsSpan(0, _rows * _experts).Count(false);
            return (double)unused * _each / _rows;
        }
    }
}
