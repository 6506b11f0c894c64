namespace Switchyard;

/// <summary>Removes folders of work that is over. One that stays does no harm, so nothing stops for it.</summary>
static class NeedlessFolder
{
    /// <summary>Removes a folder with all that is in it, and warns where that cannot be done.</summary>
    public static void Remove(string folder, Action<string> warn) => Try(folder, () => Directory.Delete(folder, recursive: true), warn);

    /// <summary>Removes a folder that has nothing in it; leaves any other.</summary>
    public static void RemoveEmpty(string folder, Action<string> warn) => Try(
        folder,
        () =>
        {
            if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
        },
        warn);

    static void Try(string folder, Action remove, Action<string> warn)
    {
        try
        {
            remove();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn($"{folder} is not needed any more and cannot be removed: {e.Message.TrimEnd('.')}");
        }
    }
}
