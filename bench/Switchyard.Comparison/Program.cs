using System.Globalization;
using Switchyard.Comparison;
using Switchyard.Models;
using Switchyard.Training;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["parity", var samples, var seeds, .. var rest]:
        var only = rest.FirstOrDefault(r => !r.Contains('='));
        Parity.Run(samples, int.Parse(seeds, CultureInfo.InvariantCulture), [.. rest.Where(r => r.Contains('='))], only);
        break;
    case ["train", ..]:
        foreach (var (name, model) in new (string, ModelOptions)[] { ("mmoe", Workload.Mmoe), ("aesm2", Workload.Aesm2) })
        {
            foreach (var embeddings in new[] { EmbeddingUpdate.Lazy, EmbeddingUpdate.Exact })
            {
                for (var threads = 1; threads <= 2; threads++)
                    Console.WriteLine($"{name} {embeddings} threads {threads}: {TrainingSpeed.RowsPerSecond(model, embeddings, threads, 2048):N0} rows/s");
            }
        }

        break;
    default:
        Console.Error.WriteLine("usage: parity SAMPLES-FOLDER SEEDS [PROTOCOL-MODEL] [key=value ...] | train");
        return 2;
}

return 0;
