using static Switchyard.Evaluation.Tests.Oracle;

namespace Switchyard.Evaluation.Tests;

public sealed class ReportMarkdownTests
{
    [Fact]
    public void ToMarkdown_TwoChannels_EqualsSnapshot()
    {
        Row[] rows =
        [
            new(0, -1, 0.8f, 1), new(0, -1, 0.5f, 0), new(0, -1, 0.4f, 1), new(0, -1, 0.2f, 0),
            new(1, -1, 0.9f, 0), new(1, -1, 0.1f, 0), new(-1, -1, 0.5f, 1),
        ];
        Samples.Report(Samples.Channels, rows, new() { MinPositives = 2, MinNegatives = 2 }).ToMarkdown().ShouldBe("""
            | scenario | task  | rows | positives |    AUC | log loss | pred/obs | note |
            | -------- | ----- | ---: | --------: | -----: | -------: | -------: | ---- |
            | web      | click |    4 |         2 | 0.7500 |   0.5139 |   0.9500 |      |
            | app      | click |    2 |         0 |        |   1.2040 |          | [1]  |
            | all      | click |    7 |         3 | 0.6250 |   0.7367 |   1.1333 |      |

            | mean AUC of      |   mean | cells counted |
            | ---------------- | -----: | ------------: |
            | level1 (channel) | 0.7500 |        1 of 2 |
            | leaf (channel)   | 0.7500 |        1 of 2 |

            [1] no positives: AUC, pred/obs undefined.
            Rows of an unknown scenario, part of 'all' only: 1.
            A mean counts a cell (scenario, task) from 2 positives and 2 negatives.

            """);
    }

    [Fact]
    public void ToMarkdown_GroupsTreeAndConditionalTask_EqualsSnapshot()
    {
        var evaluator = new Evaluator(Samples.Tree, new() { TopK = 5, MinPositives = 3, MinNegatives = 1 });
        int[] leaf = [0, 0, 0, 1, 1, 5, 5, 5], group = [0, 0, 0, 1, 1, 2, 2, 2];
        float[] click = [1, 0, 1, 1, 0, 0, 1, 0], buy = [1, 0, 0, 0, 0, 0, 0, 0];
        float[] pClick = [0.75f, 0.5f, 0.25f, 0.5f, 0.25f, 0.75f, 0.5f, 0.25f], pGiven = [0.5f, 0.5f, 0.25f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f];
        float[] product = [.. pClick.Zip(pGiven, (a, b) => a * b)];
        evaluator.Add(leaf, group, new[] { pClick, product }, new[] { click, buy }, 8, new[] { null, pGiven });
        evaluator.Report().ToMarkdown().ShouldBe("""
            | scenario     | task  | rows | positives |    AUC |   GAUC | NDCG@5 |    MRR | log loss | pred/obs | note |
            | ------------ | ----- | ---: | --------: | -----: | -----: | -----: | -----: | -------: | -------: | ---- |
            | APAC         | click |    5 |         3 | 0.6667 | 0.7000 | 0.9599 | 1.0000 |   0.6696 |   0.7500 |      |
            | APAC         | buy   |    5 |         1 | 1.0000 | 1.0000 | 1.0000 | 1.0000 |   0.3509 |   1.0625 | [1]  |
            | APAC/desktop | click |    3 |         2 | 0.5000 | 0.5000 | 0.9197 | 1.0000 |   0.7890 |   0.7500 | [1]  |
            | APAC/desktop | buy   |    3 |         1 | 1.0000 | 1.0000 | 1.0000 | 1.0000 |   0.4443 |   0.6875 | [1]  |
            | APAC/mobile  | click |    2 |         1 | 1.0000 | 1.0000 | 1.0000 | 1.0000 |   0.4904 |   0.7500 | [1]  |
            | APAC/mobile  | buy   |    2 |         0 |        |        |        |        |   0.2106 |          | [2]  |
            | APAC/tablet  | click |    0 |         0 |        |        |        |        |          |          | [3]  |
            | APAC/tablet  | buy   |    0 |         0 |        |        |        |        |          |          | [3]  |
            | EU           | click |    3 |         1 | 0.5000 | 0.5000 | 0.6309 | 0.5000 |   0.7890 |   1.5000 | [1]  |
            | EU           | buy   |    3 |         0 |        |        |        |        |   0.2971 |          | [2]  |
            | EU/desktop   | click |    0 |         0 |        |        |        |        |          |          | [3]  |
            | EU/desktop   | buy   |    0 |         0 |        |        |        |        |          |          | [3]  |
            | EU/mobile    | click |    0 |         0 |        |        |        |        |          |          | [3]  |
            | EU/mobile    | buy   |    0 |         0 |        |        |        |        |          |          | [3]  |
            | EU/tablet    | click |    3 |         1 | 0.5000 | 0.5000 | 0.6309 | 0.5000 |   0.7890 |   1.5000 | [1]  |
            | EU/tablet    | buy   |    3 |         0 |        |        |        |        |   0.2971 |          | [2]  |
            | all          | click |    8 |         4 | 0.5938 | 0.6250 | 0.8502 | 0.8333 |   0.7144 |   0.9375 |      |
            | all          | buy   |    8 |         1 | 0.9286 | 1.0000 | 1.0000 | 1.0000 |   0.3307 |   1.8125 |      |

            Conditional tasks by p(task | parent), on rows whose parent label is 1:

            | scenario     | task | rows | positives |    AUC |   GAUC | NDCG@5 |    MRR | log loss | pred/obs | note |
            | ------------ | ---- | ---: | --------: | -----: | -----: | -----: | -----: | -------: | -------: | ---- |
            | APAC         | buy  |    3 |         1 | 0.7500 | 1.0000 | 1.0000 | 1.0000 |   0.5580 |   1.2500 |      |
            | APAC/desktop | buy  |    2 |         1 | 1.0000 | 1.0000 | 1.0000 | 1.0000 |   0.4904 |   0.7500 |      |
            | APAC/mobile  | buy  |    1 |         0 |        |        |        |        |   0.6931 |          | [2]  |
            | APAC/tablet  | buy  |    0 |         0 |        |        |        |        |          |          | [3]  |
            | EU           | buy  |    1 |         0 |        |        |        |        |   0.6931 |          | [2]  |
            | EU/desktop   | buy  |    0 |         0 |        |        |        |        |          |          | [3]  |
            | EU/mobile    | buy  |    0 |         0 |        |        |        |        |          |          | [3]  |
            | EU/tablet    | buy  |    1 |         0 |        |        |        |        |   0.6931 |          | [2]  |
            | all          | buy  |    4 |         1 | 0.6667 | 1.0000 | 1.0000 | 1.0000 |   0.5918 |   1.7500 |      |

            | mean AUC of            |   mean | cells counted |
            | ---------------------- | -----: | ------------: |
            | level1 (region)        | 0.6667 |        1 of 4 |
            | leaf (region × device) |        |       0 of 12 |

            [1] too few positives or negatives: not counted in a mean.
            [2] no positives: AUC, GAUC, NDCG@5, MRR, pred/obs undefined.
            [3] no rows: AUC, GAUC, NDCG@5, MRR, log loss, pred/obs undefined.
            A mean counts a cell (scenario, task) from 3 positives and 1 negatives.

            """);
    }

    [Fact]
    public void ToMarkdown_PipeInName_Escaped()
    {
        var layout = new EvaluationLayout([("channel", ["a|b"])], ["click"], [-1]);
        Samples.Report(layout, Samples.Rows((0.5f, 1), (0.2f, 0))).ToMarkdown().ShouldContain("| a\\|b     | click |");
    }
}
