namespace Switchyard.Models;

/// <summary>
/// On an option that its architecture got after bundles of it had been saved: a bundle without it has the default, which therefore
/// means the model as it was before and must never change.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AbsentMeansDefaultAttribute : Attribute;
