using System.Globalization;

namespace Switchyard.Serving.Tests;

public sealed class NiceTests
{
    [LinuxFact]
    public void Lower_OnLinux_ChangesTheCallingThreadAlone()
    {
        var before = Niceness();
        var lowered = 0;
        var thread = new Thread(() =>
        {
            Nice.Lower(3);
            lowered = Niceness();
        });
        thread.Start();
        thread.Join();
        lowered.ShouldBe(Math.Min(19, before + 3));
        Niceness().ShouldBe(before);
    }

    // The 19th value of the file; the name, which is the second, may have spaces.
    static int Niceness() => int.Parse(File.ReadAllText("/proc/thread-self/stat").Split(')')[^1].Split(' ')[17], CultureInfo.InvariantCulture);

    [AttributeUsage(AttributeTargets.Method)]
    sealed class LinuxFactAttribute : FactAttribute
    {
        public LinuxFactAttribute()
        {
            if (!OperatingSystem.IsLinux()) Skip = "threads have a niceness of their own on Linux only.";
        }
    }
}
