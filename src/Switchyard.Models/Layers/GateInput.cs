namespace Switchyard.Models;

/// <summary>What a gate that selects experts reads.</summary>
public enum GateInput
{
    /// <summary>The layer's input and the embedding of the scenario (and task), side by side.</summary>
    Both,

    /// <summary>The layer's input only.</summary>
    X,

    /// <summary>The embedding of the scenario (and task) only.</summary>
    Scenario,
}
