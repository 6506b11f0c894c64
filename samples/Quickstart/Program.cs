using Switchyard;

// Read: which columns are fields, scenario and tasks, and how the rows are split, stands in the configuration.
var run = RunConfiguration.Load(args.FirstOrDefault("samples/census-income"), args.Skip(1));

// Train: the weights that are best on the validation rows are kept and saved; the table is of the test rows.
var trained = Run.Train(run);
Console.WriteLine(trained.Report.ToMarkdown());

// Evaluate: the saved model, on the same rows or on those of another configuration.
var report = Run.Evaluate(trained.Bundle);
Console.WriteLine($"mean AUC over {report.Means[0].Counted} cells: {report.MeanAuc("leaf"):0.0000}");

// Predict: one row, several rows, a file.
using var scorer = Scorer.Load(trained.Bundle);
Dictionary<string, string?> clerk = new() { ["class_worker"] = "Private", ["age"] = "38", ["weeks_worked"] = "52" };
Dictionary<string, string?> farmer = new() { ["class_worker"] = "Self-employed-not incorporated", ["age"] = "61" };
Console.WriteLine($"clerk: {scorer.Score(clerk)["y_income"]}");
foreach (var scores in scorer.Score([clerk, farmer])) Console.WriteLine(string.Join(", ", scores));
var scored = Run.Predict(trained.Bundle, input: Path.Combine(run.BaseDirectory, "census_income.csv.gz"), output: "scores.csv");
Console.WriteLine($"{scored} rows scored");
