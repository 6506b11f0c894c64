using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Switchyard.Kernels;

/// <summary>
/// Arrays that are read from end to end: dense weights, their gradients and moments, activations. Of those with some megabytes the system is asked for pages
/// of 2 MB: with pages of 4 KB, a pass over the weights of 64 experts looks up 7,000 of them. Only a wish: without huge pages nothing differs but the time.
/// Not for tables, of which a step touches a few rows: untouched ones should take no memory.
/// </summary>
public static unsafe class LargeArray
{
    const nint PageBytes = 2 << 20;

    /// <summary>What Linux calls MADV_HUGEPAGE.</summary>
    const int HugePages = 14;

    /// <summary>An array of zeros.</summary>
    public static T[] New<T>(int length) where T : unmanaged => Wants<T>(length) ? Ask(GC.AllocateArray<T>(length, pinned: true)) : new T[length];

    /// <summary>An array with any content, pinned.</summary>
    public static T[] Uninitialized<T>(int length) where T : unmanaged
    {
        var array = GC.AllocateUninitializedArray<T>(length, pinned: true);
        return Wants<T>(length) ? Ask(array) : array;
    }

    /// <summary>Two whole pages surely lie in three of them.</summary>
    static bool Wants<T>(int length) where T : unmanaged => OperatingSystem.IsLinux() && (nint)length * sizeof(T) >= 3 * PageBytes;

    static T[] Ask<T>(T[] array) where T : unmanaged
    {
        // Whole pages only: what lies before and behind belongs to others.
        var start = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        var first = (start + PageBytes - 1) & -PageBytes;
        var last = (start + (nint)array.Length * sizeof(T)) & -PageBytes;
        try
        {
            _ = Advise(first, last - first, HugePages);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library of another name or make: small pages, then.
        }
        return array;
    }

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Advise(nint address, nint length, int advice);
}
