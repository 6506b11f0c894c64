namespace Switchyard.Serving;

/// <summary>What a queue has done since its start, and what it has now.</summary>
/// <param name="Waiting">Requests that wait.</param>
/// <param name="WaitingRows">Their items.</param>
/// <param name="Scoring">Threads that score.</param>
/// <param name="Scored">Requests scored.</param>
/// <param name="Rows">Their items.</param>
/// <param name="Batches">Times that requests were scored: less than <paramref name="Scored"/> where some were scored together.</param>
/// <param name="Busy">Requests refused because too much waited.</param>
/// <param name="Late">Requests whose deadline passed.</param>
/// <param name="Cancelled">Requests that nobody waited for any more.</param>
/// <param name="Failed">Requests that could not be scored.</param>
public readonly record struct QueueState(int Waiting, long WaitingRows, int Scoring, long Scored, long Rows, long Batches, long Busy, long Late, long Cancelled, long Failed);
