namespace Switchyard.Server;

/// <summary>Bytes that the bodies of all requests together may take: many that are each within their limit could take all memory.</summary>
/// <param name="most">So many.</param>
sealed class BodyBudget(long most)
{
    long _taken;

    /// <summary>Takes bytes, if there are so many left.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= most) return true;
        Give(bytes);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Give(int bytes) => Interlocked.Add(ref _taken, -bytes);
}
