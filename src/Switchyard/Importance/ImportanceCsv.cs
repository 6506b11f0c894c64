using System.Globalization;
using System.Text;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>Importance as a table: a line for every field × scenario × task. Values that do not exist are empty.</summary>
static class ImportanceCsv
{
    const string Header = "field,column,level,scenario,task,rows,positives,auc_drop,auc_low,auc_high,auc_p,significant,logloss_rise,logloss_low,logloss_high";

    public static string Write(ImportanceReport report)
    {
        var text = new StringBuilder(Header);
        foreach (var field in report.Fields)
        {
            foreach (var cell in field.Loss.Cells)
            {
                string[] names = [field.Unit.Name, field.Unit.Column, cell.Level, cell.Scenario, cell.Task];
                var significant = report.Significant.Contains((field.Unit.Name, cell.Scenario, cell.Task)) ? 1 : 0;
                text.Append('\n').AppendJoin(',', names.Select(Run.Quoted));
                text.Append(CultureInfo.InvariantCulture, $",{cell.Rows},{cell.Positives},{Values(cell.Auc)},{cell.Auc?.PValue},{significant},{Values(cell.LogLoss)}");
            }
        }

        return text.ToString();
    }

    static string Values(Difference? d) =>
        d is null ? ",," : string.Create(CultureInfo.InvariantCulture, $"{d.Value},{d.Value - d.HalfWidth()},{d.Value + d.HalfWidth()}");
}
