using System.Globalization;

namespace Switchyard;

/// <summary>Finds the column that names the list a row belongs to: an id of a search, a session or a user with several rows each.</summary>
static class GroupFinder
{
    /// <summary>Distinct values per row, above which most groups have one row.</summary>
    const double Alone = 0.67;

    /// <summary>An id with more rows each comes back often enough to be learned.</summary>
    const int ComesBack = 100;

    public static void Find(Proposal proposal)
    {
        var candidates = proposal.Sample.Columns
            .Where(c => ColumnNames.GroupRank(c.Name) is not null && c.Distinct > 1 && c.Distinct < Alone * c.Present && proposal.Tasks.All(t => t.Column != c))
            .OrderBy(c => ColumnNames.GroupRank(c.Name)).ThenBy(c => c.Index).ToList();
        proposal.Group = candidates.FirstOrDefault();
        foreach (var column in candidates.Where(c => !ColumnNames.IsUser(c.Name) && c.Present < (long)ComesBack * c.Distinct))
        {
            if (proposal.Fields.RemoveAll(f => f.Column == column) > 0)
                proposal.LeftOut.Add(new LeftOut(column, $"names a list of about {((double)column.Present / column.Distinct).ToString("0.#", CultureInfo.InvariantCulture)} rows and does not come back"));
        }

        if (candidates.Count > 1)
            proposal.Unsure.Add($"group is '{proposal.Group!.Name}'; it could also be {string.Join(" or ", candidates.Skip(1).Select(c => $"'{c.Name}'"))}");
    }
}
