using Switchyard.Reports;

namespace Switchyard.Browser.Tests;

/// <summary>A test in a real browser; skipped where there is none, or where the pages were not built. With SWITCHYARD_REQUIRE_BROWSER=1 it fails there.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("SWITCHYARD_REQUIRE_BROWSER") == "1") return;
        if (BrowserFixture.Executable is null) Skip = "no Chromium is installed; on Debian: apt-get install chromium, or set SWITCHYARD_CHROMIUM to one.";
        else if (PageAssets.Report is null) Skip = PageAssets.Missing;
    }
}
