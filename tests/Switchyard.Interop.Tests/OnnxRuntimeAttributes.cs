using Switchyard.Testing;

namespace Switchyard.Interop.Tests;

/// <summary>A test that needs ONNX Runtime; skipped where it is not to be had.</summary>
public sealed class OnnxRuntimeFactAttribute : FactAttribute
{
    public OnnxRuntimeFactAttribute() => Skip = OnnxRuntime.Missing;
}

/// <summary>Cases that need ONNX Runtime; skipped where it is not to be had.</summary>
public sealed class OnnxRuntimeTheoryAttribute : TheoryAttribute
{
    public OnnxRuntimeTheoryAttribute() => Skip = OnnxRuntime.Missing;
}
