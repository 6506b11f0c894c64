using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>What a graph is for.</summary>
public enum GraphMode
{
    /// <summary>Forward only: nothing is recorded, noise and dropout are off, running statistics are read.</summary>
    Score,

    /// <summary>Forward and backward: ops are recorded, noise and dropout are on, batch statistics are used.</summary>
    Train,
}

/// <summary>Backward half of an op: reads the gradient of <see cref="Step.Out"/>, adds to those of its inputs.</summary>
public delegate void Backward(Graph g, in Step step);

/// <summary>One recorded op: its backward half and what that needs.</summary>
public readonly record struct Step(Backward Run, Tensor Out, Tensor A, Tensor B, int I, Real F, object? Aux);

/// <summary>An auxiliary objective: loss += Weight × value. At weight 0 it is watched only: no gradient flows.</summary>
/// <param name="Name">The layer and what is measured there: scenario.0.0.specific. Terms of several tasks through one layer have one name.</param>
/// <param name="Value">The objective [1 × 1].</param>
/// <param name="Weight">Its weight in the loss.</param>
public readonly record struct Term(string Name, Tensor Value, Real Weight);

/// <summary>
/// The tape: tensors of one forward pass, the ops that made them in order, and the backward pass over them.
/// A graph is used by one thread at a time and reused for ever; in steady state it allocates nothing.
/// </summary>
public sealed partial class Graph
{
    readonly Arena<Real> _reals = new();
    readonly Arena<int> _ints = new();
    readonly Arena<double> _doubles = new();
    readonly List<Step> _steps = [];
    readonly List<Term> _terms = [];
    Node[] _nodes = new Node[64];
    int _count;

    /// <param name="mode">Train records, Score does not.</param>
    /// <param name="parameters">The values every <see cref="Use"/> refers to.</param>
    /// <param name="pool">Workers of the ops' parallel loops; null computes on the calling thread. Results do not depend on it.</param>
    public Graph(GraphMode mode, ParameterSet parameters, WorkerPool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Mode = mode;
        Parameters = parameters;
        Pool = pool ?? Serial;
        Gradients = mode == GraphMode.Train ? new Gradients(parameters) : null;
    }

    public GraphMode Mode { get; }

    public bool Training => Mode == GraphMode.Train;

    public ParameterSet Parameters { get; }

    public WorkerPool Pool { get; }

    /// <summary>Gradients of the last backward pass; null in Score mode.</summary>
    public Gradients? Gradients { get; }

    /// <summary>Key of all noise: the same seed and step draw the same noise whatever the threads do.</summary>
    public ulong Seed { get; set; }

    /// <summary>Training step, 0-based; part of the noise's key.</summary>
    public long StepNumber { get; set; }

    /// <summary>Share of the planned training that is done, 0 to 1; schedules inside models read it.</summary>
    public double Progress { get; set; }

    /// <summary>Auxiliary objectives added by the forward pass.</summary>
    public ReadOnlySpan<Term> Terms => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_terms);

    /// <summary>Matrix products since the last reset, forward and backward.</summary>
    public LinearWork Work { get; private set; }

    /// <summary>Counts which weights rows use, product by product of the forward pass; null (default) counts nothing.</summary>
    public WeightUse? WeightUse { get; set; }

    /// <summary>Measures where the time goes; null (default) measures nothing.</summary>
    public PassClock? Clock { get; set; }

    static WorkerPool Serial { get; } = new(1);

    /// <summary>A tensor with undefined content, to be filled by the op that asked for it.</summary>
    public Tensor New(int rows, int cols, bool needsGrad = true) =>
        Add(new Node { Value = _reals.Take(Length(rows, cols)), NeedsGrad = needsGrad && Training }, rows, cols);

    /// <summary>A tensor of zeros.</summary>
    public Tensor Zeros(int rows, int cols)
    {
        var t = New(rows, cols);
        Value(t).Clear();
        return t;
    }

    /// <summary>A leaf with one number everywhere.</summary>
    public Tensor Constant(int rows, int cols, Real value)
    {
        var t = New(rows, cols, needsGrad: false);
        Value(t).Fill(value);
        Listener?.Heard(nameof(Constant), t, value);
        return t;
    }

    /// <summary>A leaf with a copy of the given values.</summary>
    public Tensor Input(ReadOnlySpan<Real> values, int rows, int cols, bool needsGrad = false)
    {
        var t = New(rows, cols, needsGrad);
        values.CopyTo(Value(t));
        Listener?.Heard(nameof(Input), t);
        return t;
    }

    /// <summary>A leaf that is the parameter itself.</summary>
    public Tensor Use(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var trains = Training && Trains(parameter);
        var t = Add(
            new Node
            {
                Value = Parameters.Block(parameter),
                Grad = trains ? Gradients!.Block(parameter) : default,
                NeedsGrad = trains,
                HasGrad = trains,
            },
            parameter.Rows,
            parameter.Cols);
        Listener?.Heard(nameof(Use), t, parameter);
        return t;
    }

    /// <summary>The same values as a constant: no gradient flows back through it.</summary>
    public Tensor Detach(Tensor t)
    {
        var same = Add(new Node { Value = _nodes[t.Id].Value, SharedColumns = _nodes[t.Id].SharedColumns }, t.Rows, t.Cols);
        Listener?.Heard(nameof(Detach), same, t);
        return same;
    }

    public Span<Real> Value(Tensor t) => _nodes[t.Id].Value.Span;

    internal Block<Real> Values(Tensor t) => _nodes[t.Id].Value;

    public bool NeedsGrad(Tensor t) => _nodes[t.Id].NeedsGrad;

    /// <summary>True once something was added to the tensor's gradient.</summary>
    public bool HasGrad(Tensor t) => _nodes[t.Id].HasGrad;

    /// <summary>Gradient of a tensor, zero on first use; backward halves add to it.</summary>
    public Span<Real> Grad(Tensor t) => Grads(t).Span;

    internal Block<Real> Grads(Tensor t)
    {
        ref var node = ref _nodes[t.Id];
        if (!node.HasGrad)
        {
            node.Grad = _reals.Take(t.Length);
            node.Grad.Span.Clear();
            node.HasGrad = true;
        }

        return node.Grad;
    }

    /// <summary>Gradient of a tensor for a backward half that can overwrite: <paramref name="fresh"/> says that nothing is there yet.</summary>
    internal Block<Real> GradsToFill(Tensor t, out bool fresh)
    {
        ref var node = ref _nodes[t.Id];
        fresh = !node.HasGrad;
        if (fresh)
        {
            node.Grad = _reals.Take(t.Length);
            node.HasGrad = true;
        }

        return node.Grad;
    }

    /// <summary>Scratch ints that live until the next reset; content undefined.</summary>
    internal Block<int> Ints(int length) => _ints.Take(length);

    /// <summary>Scratch sums that live until the next reset; content undefined.</summary>
    internal Block<double> Doubles(int length) => _doubles.Take(length);

    /// <summary>Scratch numbers that live until the next reset; content undefined.</summary>
    internal Block<Real> Scratch(int length) => _reals.Take(length);

    /// <summary>Counts a matrix product of rows (pairs, where there is a dispatch) by matrices of a size; what rows of a request share, once a row.</summary>
    internal void CountProduct(int rows, int inputs, int outputs, Dispatch? dispatch) => Work = Work.Add(rows, (long)inputs * outputs, dispatch);

    /// <summary>The same of a product that met few entries of its output's gradient.</summary>
    internal void CountEntries(long entries, int inputs, Tensor @out) => Work = Work.AddEntries(entries, inputs, @out.Length);

    /// <summary>The sparse gradient that was listed last: two products that were added up have one between them.</summary>
    internal SparseRows Sparse { get; set; }

    /// <summary>Notes an op's backward half, if the output can reach a loss.</summary>
    public void Record(Backward run, Tensor @out, Tensor a, Tensor b = default, int i = 0, Real f = 0, object? aux = null)
    {
        if (NeedsGrad(@out)) _steps.Add(new Step(run, @out, a, b, i, f, aux));
        Clock?.Lap(run, "forward");
    }

    /// <summary>Adds an auxiliary objective; does nothing when scoring.</summary>
    /// <param name="name">See <see cref="Term"/>; made once, when the layer is, as a step allocates nothing.</param>
    /// <param name="value">The objective [1 × 1].</param>
    /// <param name="weight">Its weight; 0 watches it without a gradient.</param>
    public void AddTerm(string name, Tensor value, Real weight)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (Training) _terms.Add(new Term(name, value, weight));
    }

    /// <summary>Fills <see cref="Gradients"/> with those of loss + Σ weight × term; <paramref name="loss"/> is [1 × 1].</summary>
    public void RunBackward(Tensor loss)
    {
        if (Gradients is null) throw new InvalidOperationException("A graph in Score mode records nothing; use GraphMode.Train.");
        Grad(loss)[0] += 1;
        foreach (ref readonly var term in Terms)
        {
            if (term.Weight != 0) Grad(term.Value)[0] += term.Weight;
        }

        var steps = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_steps);
        for (var i = steps.Length - 1; i >= 0; i--)
        {
            if (!HasGrad(steps[i].Out)) continue;
            steps[i].Run(this, in steps[i]);
            Clock?.Lap(steps[i].Run, "backward");
        }

        Gradients.Settle();
        Clock?.Lap("Gradients.Settle", "backward");
    }

    /// <summary>Forgets the pass, keeps the memory, clears the gradients.</summary>
    public void Reset()
    {
        _count = 0;
        _steps.Clear();
        _terms.Clear();
        _gates.Clear();
        _own.Clear();
        _reals.Reset();
        _ints.Reset();
        _doubles.Reset();
        _rented = 0;
        _rentedChosen = 0;
        _requests = default;
        Sparse = default;
        Work = default;
        Gradients?.Clear();
    }

    static int Length(int rows, int cols)
    {
        var length = (long)rows * cols;
        return length <= Array.MaxLength
            ? (int)length
            : throw new ArgumentException($"{rows} rows x {cols} columns are more numbers than one tensor holds ({Array.MaxLength}); lower the batch size.");
    }

    Tensor Add(Node node, int rows, int cols)
    {
        if (_count == _nodes.Length) Array.Resize(ref _nodes, 2 * _count);
        _nodes[_count] = node;
        return new Tensor(_count++, rows, cols);
    }

    struct Node
    {
        public Block<Real> Value;
        public Block<Real> Grad;
        public Parameter? Formed;
        public bool NeedsGrad;
        public bool HasGrad;
        public int SharedColumns;
    }
}
