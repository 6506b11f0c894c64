using System.Globalization;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Decides for one column whether it is a field, and of which type.</summary>
static class FieldFinder
{
    const double NearlyUnique = 0.95;
    const int EnoughRows = 20;

    /// <summary>Whole numbers with at most this many values are read as codes where the name agrees, and said to be unsure where not.</summary>
    public const int FewCodes = 10;

    const double ManySingletons = 0.2;
    const int LargeVocabulary = 200;

    public static void Find(Proposal proposal, SampleColumn column)
    {
        if (Reason(column) is { } reason)
        {
            proposal.LeftOut.Add(new LeftOut(column, reason));
            return;
        }

        var traits = column.Traits;
        var missing = column.Missing > 0 ? $", {Count(column.Missing)} missing" : "";
        if (traits.IsNumeric && !IsCode(column, proposal.FewNumbers))
        {
            var range = string.Create(CultureInfo.InvariantCulture, $"{traits.Minimum} to {traits.Maximum}, {column.Distinct:N0} different{missing}");
            proposal.Fields.Add(new ProposedField(column, new FieldSpec { Name = column.Name, Type = FieldType.Numeric }, range));
            Position(proposal, column);
            return;
        }

        if (!traits.IsNumeric && MultiValues.Separator(column) is { } separator)
        {
            var spec = new FieldSpec { Name = column.Name, Type = FieldType.MultiValue, Separator = separator, MinCount = 2 };
            proposal.Fields.Add(new ProposedField(column, spec, $"several values a row, for example {Quote(column.Text(column.ByFrequency.First()))}"));
            return;
        }

        if (traits.Marker is { } marker)
            proposal.Unsure.Add($"'{column.Name}' is a number in {traits.NumericShare.ToString("P0", CultureInfo.InvariantCulture)} of the rows, but also {Quote(marker)}; write that as an empty value to read it as numeric");
        var singletons = column.Values.Count(c => column.Count(c) == 1);
        var rare = column.Distinct > LargeVocabulary && singletons > ManySingletons * column.Distinct;
        var note = $"{Count(column.Distinct)} values{(singletons > 0 && column.Distinct > LargeVocabulary ? $", {Count(singletons)} of them once" : "")}{missing}";
        proposal.Fields.Add(new ProposedField(column, new FieldSpec { Name = column.Name, MinCount = rare ? 2 : 1 }, note));
        Position(proposal, column);
    }

    /// <summary>A model needs a field; where every column was left out, the last resort is named.</summary>
    public static void KeepOne(Proposal proposal)
    {
        if (proposal.Fields.Count > 0) return;
        var column = proposal.Sample.Columns.FirstOrDefault(c => c.Name.Length > 0 && proposal.Tasks.All(t => t.Column != c))
            ?? throw new InputException("The log has no column besides the label; a model needs at least one column to learn from.");
        var reason = proposal.LeftOut.First(l => l.Column == column).Reason;
        proposal.LeftOut.RemoveAll(l => l.Column == column);
        proposal.Fields.Add(new ProposedField(column, new FieldSpec { Name = column.Name }, $"kept only because every other column was left out: {reason}"));
        proposal.Unsure.Add($"no column is fit to be a field; '{column.Name}' stands there so that there is one");
    }

    /// <summary>Why a column is no field; null where it is one.</summary>
    static string? Reason(SampleColumn column)
    {
        if (column.Name.Length == 0) return "it has no name";
        if (column.Distinct == 0) return "it is always missing";
        if (column.Distinct == 1 && column.Missing == 0) return "it is always the same";
        if (column.Traits.Time != TimeFormat.None) return "a time: it does not come back";
        if (column.Present < EnoughRows || column.Distinct < NearlyUnique * column.Present) return null;
        if (!column.Traits.IsNumeric) return MultiValues.Separator(column) is null ? $"an id or a text of its own in nearly every row ({Count(column.Distinct)} in {Count(column.Present)})" : null;
        var counted = column.Traits.IsInteger && column.Traits.Maximum - column.Traits.Minimum + 1 == column.Distinct;
        return ColumnNames.IsId(column.Name) || counted ? $"an id of its own in nearly every row ({Count(column.Distinct)} in {Count(column.Present)})" : null;
    }

    /// <summary>Whether whole numbers are names rather than amounts.</summary>
    static bool IsCode(SampleColumn column, List<string> fewNumbers)
    {
        var traits = column.Traits;
        if (!traits.IsInteger) return false;
        if (traits.HasLeadingZeros || ColumnNames.IsCode(column.Name) || traits.IsBinary) return true;
        if (column.Distinct > FewCodes) return false;
        fewNumbers.Add(column.Name);
        return true;
    }

    static void Position(Proposal proposal, SampleColumn column)
    {
        if (ColumnNames.IsPosition(column.Name))
            proposal.Unsure.Add($"'{column.Name}' may be where the row was shown, which is not known when scoring: then add  role: position, fixed: {YamlText.Value(Scalars.Text(column.Text(column.ByFrequency.First())))}");
    }

    static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    static string Quote(string text) => $"'{(text.Length > 40 ? $"{text[..40]}…" : text)}'";
}
