using System.Globalization;

namespace Switchyard.Server.Tests;

/// <summary>A small trained model with every kind of field, two scenario levels and a conditional task; trained once for all tests.</summary>
public sealed class TrainedModel : IDisposable
{
    public const string Name = "shop";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public TrainedModel()
    {
        File.WriteAllLines(Rows, Enumerable.Range(0, 400).Select(Row).Prepend("page,country,user_id,age,price,stock,tags,viewed,brand,place,click,buy"));
        File.WriteAllText(
            Path.Combine(_folder.FullName, "run.yaml"),
            """
            name: shop
            sources: rows.csv
            fields:
              - {name: user_id, side: user}
              - {name: age, side: user, type: numeric, buckets: 4}
              - {name: price, type: numeric, encoding: standardise}
              - {name: stock, type: numeric, buckets: 3}
              - {name: tags, type: multi-value, separator: "|"}
              - {name: viewed, type: sequence, max_length: 4, side: user, separator: ";"}
              - brand
              - {name: place, role: position, fixed: 1}
            scenario: [page, country]
            unknown_scenario: parent
            tasks: {click: click, buy: {label: buy, given: click}}
            split: {train: "row mod 10 in [0..7]", validation: row mod 10 == 8, test: row mod 10 == 9}
            model: {name: mmoe, experts: 2}
            training: {epochs: 1, batch_size: 64}
            """);
        Bundle = Run.Train(RunConfiguration.Load(Path.Combine(_folder.FullName, "run.yaml"))).Bundle;
    }

    /// <summary>Folder of the bundle.</summary>
    public string Bundle { get; }

    /// <summary>The rows it was trained on, as a file.</summary>
    public string Rows => Path.Combine(_folder.FullName, "rows.csv");

    /// <summary>A folder that is removed with the model.</summary>
    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(_folder.FullName, name)).FullName;

    public void Dispose() => _folder.Delete(recursive: true);

    static string Row(int i) => string.Create(
        CultureInfo.InvariantCulture,
        $"{"home,search,cart".Split(',')[i % 3]},{"DE,FR".Split(',')[i / 3 % 2]},u{i * 7 % 40},{18 + (i * 13 % 60)},{(i * 37 % 991) / 7.0:R},{i % 9},t{i % 5}|t{i % 7},b{i % 11};b{i % 3},b{i % 11},{1 + (i % 4)},{(i * i % 5 == 1 ? 1 : 0)},{(i * i % 5 == 1 && i % 3 == 0 ? 1 : 0)}");
}

/// <summary>Shares the model among the test classes.</summary>
[CollectionDefinition(Name)]
public sealed class ModelTests : ICollectionFixture<TrainedModel>
{
    public const string Name = "model";
}
