namespace Switchyard.Evaluation;

/// <summary>What a group of rows comes to.</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="Auc">null where it lacks a class.</param>
/// <param name="Ndcg">null where it has no positive.</param>
/// <param name="ReciprocalRank">Of the first positive, expected over ties.</param>
readonly record struct GroupRank(int Rows, double? Auc, double? Ndcg, double ReciprocalRank);

/// <summary>Sums over the groups of a node.</summary>
struct GroupSums
{
    double _auc;
    long _aucRows;
    double _ndcg;
    double _reciprocalRank;
    long _groups;

    public readonly double? Gauc => _aucRows > 0 ? _auc / _aucRows : null;

    public readonly double? Ndcg => _groups > 0 ? _ndcg / _groups : null;

    public readonly double? Mrr => _groups > 0 ? _reciprocalRank / _groups : null;

    public void Add(in GroupRank group)
    {
        if (group.Auc is { } auc)
        {
            _auc += auc * group.Rows;
            _aucRows += group.Rows;
        }

        if (group.Ndcg is { } ndcg)
        {
            _ndcg += ndcg;
            _reciprocalRank += group.ReciprocalRank;
            _groups++;
        }
    }

    public void Add(in GroupSums others)
    {
        _auc += others._auc;
        _aucRows += others._aucRows;
        _ndcg += others._ndcg;
        _reciprocalRank += others._reciprocalRank;
        _groups += others._groups;
    }
}
