using System.Globalization;

namespace Switchyard.Ui.Tests;

/// <summary>Lines of a log.</summary>
static class Lines
{
    public const string Run = """{"event":"run","version":1,"name":"census","started":"2026-01-02T03:04:05Z","model":"aesm2"}""";

    public const string End = """{"event":"end","step":9,"reason":"finished"}""";

    public const string Control = """{"event":"control","step":4,"action":"checkpoint"}""";

    public static string Step(int step, double loss = 0.5) => string.Create(CultureInfo.InvariantCulture, $"{{\"event\":\"step\",\"step\":{step},\"loss\":{loss}}}");
}
