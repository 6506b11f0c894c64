using Switchyard.Data;

namespace Switchyard.Reports;

/// <summary>The pages' scripts with their styles and charts in them, built from web/ where Node was there when the program was built.</summary>
public static class PageAssets
{
    /// <summary>Script of the report's page; null where it was not built in.</summary>
    public static string? Report { get; } = Read("web/report.js");

    /// <summary>What is missing, in one line; for whoever finds <see cref="Report"/> null.</summary>
    public const string Missing = "this build has no charts (it was built without Node); the report has all sentences and tables, without drawings";

    /// <summary>The script of a page that is nothing without it.</summary>
    /// <param name="page">Name of a folder of web/src, such as <c>live</c>.</param>
    /// <exception cref="InputException">It was not built in; the message says what was missing.</exception>
    public static string Script(string page) =>
        Read($"web/{page}.js") ?? throw new InputException($"this build has no {page} page: Node 20.19 or newer was not there when it was built, or npm could not install the packages; install Node and build again");

    static string? Read(string name)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream(name);
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
