namespace Switchyard.Kernels;

/// <summary>What a matrix product does with each finished chain of multiply-adds before it reaches C.</summary>
public enum Epilogue
{
    /// <summary>C = chain, which starts at 0.</summary>
    Store,

    /// <summary>The chain starts at the value already in C.</summary>
    Continue,

    /// <summary>C += chain, which starts at 0: one addition at the very end.</summary>
    AddResult,

    /// <summary>C = chain + bias[column].</summary>
    Bias,

    /// <summary>C = max(0, chain + bias[column]); NaN stays NaN.</summary>
    BiasRelu,

    /// <summary>C = chain + bias[column], the chain starting at the value already in C.</summary>
    ContinueBias,

    /// <summary>C = max(0, chain + bias[column]), the chain starting at the value already in C; NaN stays NaN.</summary>
    ContinueBiasRelu,
}
