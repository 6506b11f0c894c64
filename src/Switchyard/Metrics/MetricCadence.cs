namespace Switchyard;

/// <summary>How often a run logs its steps and its experts, evenly by step.</summary>
/// <param name="Steps">Step events of a run, about.</param>
/// <param name="Experts">Events of the experts, about.</param>
readonly record struct MetricCadence(int Steps, int Experts)
{
    // To watch a step takes up to half as long again with small batches, and a tenth with large ones: mostly code that runs so rarely that it
    // is hardly compiled. Half a percent of the training at most.
    const long FewestBetweenExperts = 25;
    const long MostBetweenExperts = 100;
    const int LargeBatch = 1024;

    // Early, so that a short run that stops before its last step has a look at its experts too.
    const long FirstExperts = 20;

    /// <summary>Of a run that somebody looks at.</summary>
    public static readonly MetricCadence OfRun = new(1000, 100);

    /// <summary>Of one run among many: its log is to be small.</summary>
    public static readonly MetricCadence OfComparedRun = new(200, 20);

    /// <summary>Whether a step of so many is logged; the first and the last one are.</summary>
    public bool IsLogged(long step, long total) => step == 1 || step == total || step % Math.Max(1, total / Steps) == 0;

    /// <summary>Whether a step's experts are counted: more rarely where batches are small, so that it costs the same.</summary>
    public bool CountsExperts(long step, long total, int batchSize) =>
        step == FirstExperts || step == total || step % Math.Max(Math.Clamp(FewestBetweenExperts * LargeBatch / batchSize, FewestBetweenExperts, MostBetweenExperts), total / Experts) == 0;
}
