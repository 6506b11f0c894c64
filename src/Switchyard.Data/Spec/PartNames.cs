namespace Switchyard.Data;

/// <summary>The parts as configuration, messages and reports write them.</summary>
public static class PartNames
{
    /// <summary>train, validation or test.</summary>
    public static string Name(this Part part) => part switch { Part.Train => "train", Part.Validation => "validation", _ => "test" };
}
