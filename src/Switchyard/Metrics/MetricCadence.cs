namespace Switchyard;

/// <summary>How often a run logs its steps and its experts, evenly by step.</summary>
/// <param name="Steps">Step events of a run, about.</param>
/// <param name="Experts">Events of the experts, about.</param>
readonly record struct MetricCadence(int Steps, int Experts)
{
    // Counting a batch's gates takes about a twentieth of a step, and a step that is watched keeps more than it needs.
    const long FewestBetweenExperts = 20;

    /// <summary>Of a run that somebody looks at.</summary>
    public static readonly MetricCadence OfRun = new(1000, 100);

    /// <summary>Of one run among many: its log is to be small.</summary>
    public static readonly MetricCadence OfComparedRun = new(200, 20);

    /// <summary>Whether a step of so many is logged; the first and the last one are.</summary>
    public bool IsLogged(long step, long total) => step == 1 || step == total || step % Math.Max(1, total / Steps) == 0;

    /// <summary>Whether a step's experts are counted.</summary>
    public bool CountsExperts(long step, long total) => step == total || step % Math.Max(FewestBetweenExperts, total / Experts) == 0;
}
