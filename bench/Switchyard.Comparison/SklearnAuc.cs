using System.Runtime.InteropServices;

namespace Switchyard.Comparison;

/// <summary>scikit-learn's AUC of scores, which it reads from files.</summary>
sealed class SklearnAuc : IDisposable
{
    readonly string[] _files;

    public SklearnAuc(float[] scores, float[] labels)
    {
        var folder = Directory.CreateDirectory(Peer.Folder).FullName;
        _files = [Path.Combine(folder, "scores.f32"), Path.Combine(folder, "labels.f32")];
        File.WriteAllBytes(_files[0], MemoryMarshal.AsBytes(scores.AsSpan()));
        File.WriteAllBytes(_files[1], MemoryMarshal.AsBytes(labels.AsSpan()));
    }

    /// <summary>What it runs with; null before a run, and where it cannot run.</summary>
    public string? Settings { get; private set; }

    public double Auc { get; private set; }

    /// <summary>Seconds of one AUC; null where it cannot run.</summary>
    public double? Seconds()
    {
        if (Peer.Missing || Peer.Run("sklearn_auc.py", _files) is not { } peer) return null;
        (Settings, Auc) = (peer.Settings, peer.Result.GetProperty("auc").GetDouble());
        return peer.Result.GetProperty("seconds").GetDouble();
    }

    public void Dispose()
    {
        foreach (var file in _files) File.Delete(file);
    }
}
