namespace Switchyard.Robustness.Tests;

/// <summary>An input ended neither in a result nor in one clear line.</summary>
sealed class FindingException(string message) : Exception(message);
