using System.Buffers.Binary;
using Switchyard.Data;

namespace Switchyard.Models.Tests;

/// <summary>Damaged bytes end in a model or in an <see cref="InputException"/>, never in another exception or in much memory.</summary>
public sealed class ModelBundleFuzzTests
{
    const int Mutations = 1500;

    // A sound bundle of this size needs far less; a length believed from a damaged file would need far more.
    const long MemoryLimit = 32 << 20;

    [Fact]
    public void Load_DamagedManifest_NeverThrowsRaw()
    {
        using var bundle = TinyBundle.Saved();
        var sound = File.ReadAllBytes(bundle.ManifestFile);
        var refused = Run(bundle, sound, bytes => File.WriteAllBytes(bundle.ManifestFile, bytes));

        // Damage within free text, as the configuration's, is not noticed; most is.
        refused.ShouldBeInRange(Mutations / 2, Mutations);
    }

    [Fact]
    public void Load_DamagedWeights_AreAlwaysRefused()
    {
        using var bundle = TinyBundle.Saved();
        var sound = File.ReadAllBytes(bundle.WeightsFile);
        Run(bundle, sound, bytes => File.WriteAllBytes(bundle.WeightsFile, bytes)).ShouldBe(Mutations);
    }

    [Fact]
    public void Load_DamagedHeaderWithMatchingChecksum_NeverThrowsRaw()
    {
        using var bundle = TinyBundle.Saved();
        var file = File.ReadAllBytes(bundle.WeightsFile);
        var length = 8 + BinaryPrimitives.ReadInt32LittleEndian(file);
        var (header, values) = (file[..length], file[length..]);
        var refused = Run(bundle, header, bytes => bundle.ReplaceWeights([.. bytes, .. values]));
        refused.ShouldBeInRange(Mutations / 2, Mutations);
    }

    static int Run(TinyBundle bundle, byte[] sound, Action<byte[]> write)
    {
        var random = new Random(20260131);
        var refused = 0;
        for (var i = 0; i < Mutations; i++)
        {
            write(Mutate(sound, random));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                ModelBundle.Load(bundle.Folder);
            }
            catch (InputException)
            {
                refused++;
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MemoryLimit);
        }

        return refused;
    }

    /// <summary>One changed, removed, repeated or cut byte; always different from the sound bytes.</summary>
    static byte[] Mutate(byte[] sound, Random random)
    {
        var at = random.Next(sound.Length);
        switch (random.Next(6))
        {
            case 0:
                return sound[..at];
            case 1:
                return [.. sound[..at], .. sound[(at + 1)..]];
            case 2:
                return [.. sound[..at], (byte)('0' + random.Next(10)), .. sound[at..]];
            case 3:
                byte[] digit = [.. sound];
                digit[at] = (byte)(sound[at] == '9' ? '8' : '9');
                return digit;
            default:
                byte[] flipped = [.. sound];
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
        }
    }
}
