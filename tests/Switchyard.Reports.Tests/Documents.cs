namespace Switchyard.Reports.Tests;

/// <summary>Reads and checks documents.</summary>
static class Documents
{
    public static Figure Figure(this ReportDocument document, string id) => document.Figures().Single(f => f.Id == id);

    public static IEnumerable<FigureValue> Column(this Figure figure, string name) => figure.Rows.Select(r => r[Place(figure, name)]);

    public static string? Text(this Figure figure, FigureValue[] row, string column) => row[Place(figure, column)].Text;

    public static double? Number(this Figure figure, FigureValue[] row, string column) => row[Place(figure, column)].Number;

    /// <summary>What every figure must have to be drawn, read and saved.</summary>
    public static void ShouldBeWhole(this ReportDocument document)
    {
        document.Summary.ShouldNotBeEmpty();
        document.Summary.Select(l => l.Text).Concat(document.Sections.SelectMany(s => s.Text)).ShouldAllBe(t => t.Length > 10 && !t.Contains("NaN", StringComparison.Ordinal) && t.EndsWith('.'));
        document.Sections.Select(s => s.Id).ShouldBeUnique();
        document.Figures().Select(f => f.Id).ShouldBeUnique();
        foreach (var figure in document.Figures())
        {
            figure.Id.ShouldBe(Words.Slug(figure.Id));
            figure.Description.Length.ShouldBeGreaterThan(40);
            figure.Rows.ShouldNotBeEmpty(figure.Id);
            figure.Rows.ShouldAllBe(r => r.Length == figure.Columns.Length);
            var names = figure.Columns.Select(c => c.Name).ToArray();
            names.ShouldBeUnique();
            Encoded(figure.Encoding).Concat(figure.Select ?? []).Except(names).ShouldBeEmpty(figure.Id);
            foreach (var row in figure.Rows)
            {
                for (var c = 0; c < row.Length; c++)
                {
                    if (figure.Columns[c].Type == ColumnType.Text) row[c].Number.ShouldBeNull(figure.Id);
                    else row[c].Text.ShouldBeNull(figure.Id);
                }
            }
        }
    }

    static IEnumerable<string> Encoded(Encoding e) =>
        new[] { e.X, e.Y, e.Value, e.Low, e.High, e.Text, e.Series, e.Category, e.Label, e.Size, e.From, e.To, e.Layer }.OfType<string>();

    static int Place(Figure figure, string name) => figure.Columns.Select(c => c.Name).ToList().IndexOf(name);
}
