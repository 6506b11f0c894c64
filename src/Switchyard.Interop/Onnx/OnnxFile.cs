using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Switchyard.Data;
using Switchyard.Interop.Onnx;

namespace Switchyard.Interop;

/// <summary>
/// The files of a model: either whole or not there. Weights that are too many for one message lie in a second file, which has a hash of them
/// in its name: a model never meets the weights of another export.
/// </summary>
static class OnnxFile
{
    /// <summary>Weights of the second file begin at multiples of it, so that they can be mapped into memory.</summary>
    const int Page = 4096;

    /// <summary>Values that are written at a time: a span of bytes ends at 2 GiB.</summary>
    internal const int MostAtOnce = 1 << 20;

    const int HashLength = 8;
    const string End = ".data";

    /// <exception cref="InputException">A file cannot be written.</exception>
    public static OnnxFiles Write(ModelProto model, OnnxWeight[] weights, string file, long largestInline)
    {
        var data = weights.Sum(w => w.Bytes) > largestInline ? $"{file}.{HashOf(weights)}{End}" : null;
        if (data is not null && TextFile.IsDevice(file)) throw new InputException($"{file}: the weights need a second file, and a device has no place for one; name a file in a folder.");
        if (data is not null) TextFile.WriteBytes(data, stream => Outside(stream, weights, Path.GetFileName(data)));
        foreach (var weight in weights)
        {
            if (data is null) weight.Declaration.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(weight.Values()));
            model.Graph.Initializer.Add(weight.Declaration);
        }

        TextFile.WriteBytes(file, stream =>
        {
            model.WriteTo(stream);
            ToDisk(stream);
        });
        RemoveFormer(file, data);
        var bytes = model.CalculateSize() + (data is null ? 0 : new FileInfo(data).Length);
        return new OnnxFiles(file, data, [.. model.Graph.Input.Select(i => i.Name)], [.. model.Graph.Output.Select(o => o.Name)], model.Graph.Node.Count, bytes);
    }

    /// <summary>Hands values on as bytes, as many at a time as are asked for.</summary>
    internal static void Each(ReadOnlySpan<float> values, int atOnce, Action<ReadOnlySpan<byte>> take)
    {
        for (; !values.IsEmpty; values = values[Math.Min(atOnce, values.Length)..]) take(MemoryMarshal.AsBytes(values[..Math.Min(atOnce, values.Length)]));
    }

    /// <summary>Writes values page by page, and notes where each lies.</summary>
    static void Outside(Stream stream, OnnxWeight[] weights, string name)
    {
        var padding = new byte[Page];
        foreach (var weight in weights)
        {
            stream.Write(padding, 0, (int)((Page - (stream.Position % Page)) % Page));
            weight.Declaration.DataLocation = TensorProto.Types.DataLocation.External;
            weight.Declaration.ExternalData.Add([Entry("location", name), Entry("offset", Text(stream.Position)), Entry("length", Text(weight.Bytes))]);
            Each(weight.Values(), MostAtOnce, stream.Write);
        }

        ToDisk(stream);
    }

    /// <summary>Of all names, sizes and values: equal ones give the same file.</summary>
    static string HashOf(OnnxWeight[] weights)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var weight in weights)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{weight.Declaration.Name}\n{Text(weight.Bytes)}\n"));
            Each(weight.Values(), MostAtOnce, hash.AppendData);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..HashLength];
    }

    /// <summary>Weights of earlier exports to the same file.</summary>
    static void RemoveFormer(string file, string? data)
    {
        if (TextFile.IsDevice(file)) return;
        var begin = Path.GetFileName(file) + ".";
        foreach (var former in new FileInfo(file).Directory!.EnumerateFiles())
        {
            var name = former.Name;
            if (name.Length != begin.Length + HashLength + End.Length || !name.StartsWith(begin, StringComparison.Ordinal) || !name.EndsWith(End, StringComparison.Ordinal)) continue;
            if (name == Path.GetFileName(data) || !name.Skip(begin.Length).Take(HashLength).All(char.IsAsciiHexDigitLower)) continue;
            try
            {
                former.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody still reads it. No model points to it any more.
            }
        }
    }

    static void ToDisk(Stream stream) => (stream as FileStream)?.Flush(flushToDisk: true);

    static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
