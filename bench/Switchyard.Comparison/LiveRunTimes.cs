namespace Switchyard.Comparison;

/// <summary>What a training came to, from its first event to its last: reading the data before it and the table after it are left out.</summary>
/// <param name="RowsPerSecond">Training rows per second, validation left out.</param>
/// <param name="Seconds">Wall time, validations included.</param>
/// <param name="Training">Processor seconds of the training's process, which serves the page as well.</param>
/// <param name="Browser">Processor seconds of all of the browser's processes; 0 without one.</param>
/// <param name="Opening">Processor seconds of the browser from its start until it was at rest with the page open; 0 without one.</param>
sealed record LiveRunTimes(double RowsPerSecond, double Seconds, double Training, double Browser, double Opening);
