namespace Switchyard.Browser.Tests;

/// <summary>Writes pictures instead of testing: skipped unless the environment names the folder for them and that of the sample run.</summary>
public sealed class ScreenshotFactAttribute : FactAttribute
{
    public ScreenshotFactAttribute()
    {
        if (BrowserFixture.Executable is null || Folder is null || Sample is null)
            Skip = "takes pictures: eng/screenshots.sh sets SWITCHYARD_SCREENSHOTS (where they go) and SWITCHYARD_SAMPLE (samples/census-income), and wants a Chromium.";
    }

    /// <summary>Where the pictures go.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable("SWITCHYARD_SCREENSHOTS");

    /// <summary>Folder of the sample run.</summary>
    public static string? Sample { get; } = Environment.GetEnvironmentVariable("SWITCHYARD_SAMPLE");
}
