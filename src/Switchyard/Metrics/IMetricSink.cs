namespace Switchyard;

/// <summary>Hears the metric events of a run as they happen, on the training thread: it must be quick and must not throw.</summary>
public interface IMetricSink
{
    /// <param name="happened">What happened.</param>
    void Write(MetricEvent happened);
}
