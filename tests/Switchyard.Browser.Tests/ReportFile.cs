using Switchyard.Reports;

namespace Switchyard.Browser.Tests;

/// <summary>The sample report as a file, which tests open from disk.</summary>
public sealed class ReportFile : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public ReportFile()
    {
        using var writer = new StreamWriter(File);
        ReportHtml.Write(SampleReport.Document, PageAssets.Report, writer);
    }

    public string File => Path.Combine(_folder.FullName, "report.html");

    public string Address => new Uri(File).AbsoluteUri;

    public void Dispose() => _folder.Delete(recursive: true);
}
