namespace Switchyard.Reports;

/// <summary>The pages' scripts, built from web/ where Node was there when the program was built.</summary>
public static class PageAssets
{
    /// <summary>Script of the report's page; null where it was not built in.</summary>
    public static string? Report { get; } = Read("web/report.js");

    /// <summary>What is missing, in one line; for whoever finds <see cref="Report"/> null.</summary>
    public const string Missing = "this build has no charts (it was built without Node); the report has all sentences and tables, without drawings";

    static string? Read(string name)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream(name);
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
