using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Switchyard.Data;
using Switchyard.Interop.Onnx;

namespace Switchyard.Interop;

/// <summary>The files of a model: either whole or not there. Weights that are too many for one message lie in a second file.</summary>
static class OnnxFile
{
    /// <summary>Weights of the second file begin at multiples of it, so that they can be mapped into memory.</summary>
    const int Page = 4096;

    public static OnnxFiles Write(ModelProto model, OnnxWeight[] weights, string file, long largestInline)
    {
        var data = weights.Sum(w => w.Bytes) > largestInline ? file + ".data" : null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            var bytes = data is null ? 0 : WriteWhole(data, stream => Outside(stream, weights, Path.GetFileName(data)));
            foreach (var weight in weights)
            {
                if (data is null) weight.Declaration.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(weight.Values()));
                model.Graph.Initializer.Add(weight.Declaration);
            }

            bytes += WriteWhole(file, stream => model.WriteTo(stream));
            return new OnnxFiles(file, data, [.. model.Graph.Input.Select(i => i.Name)], [.. model.Graph.Output.Select(o => o.Name)], model.Graph.Node.Count, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file} cannot be written: {e.Message.TrimEnd('.')}; choose another --output, or make room there.", e);
        }
    }

    /// <summary>Writes values page by page, and notes where each lies.</summary>
    static void Outside(Stream stream, OnnxWeight[] weights, string name)
    {
        foreach (var weight in weights)
        {
            stream.SetLength((stream.Length + Page - 1) / Page * Page);
            stream.Position = stream.Length;
            weight.Declaration.DataLocation = TensorProto.Types.DataLocation.External;
            weight.Declaration.ExternalData.Add([Entry("location", name), Entry("offset", Text(stream.Position)), Entry("length", Text(weight.Bytes))]);
            stream.Write(MemoryMarshal.AsBytes(weight.Values()));
        }
    }

    static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns the size.</summary>
    static long WriteWhole(string file, Action<Stream> write)
    {
        var temporary = string.Create(CultureInfo.InvariantCulture, $"{file}.tmp-{Environment.ProcessId}");
        try
        {
            long bytes;
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
                bytes = stream.Length;
            }

            File.Move(temporary, file, overwrite: true);
            return bytes;
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
