namespace Switchyard.Serving;

/// <summary>The right to use one version of a model, whatever becomes of it meanwhile. Give it back by <see cref="Dispose"/>; more than once does no harm.</summary>
public sealed class ModelLease : IDisposable
{
    ServedModel? _held;

    internal ModelLease(ServedModel model) => Model = _held = model;

    public ServedModel Model { get; }

    public void Dispose() => Interlocked.Exchange(ref _held, null)?.Release();
}
