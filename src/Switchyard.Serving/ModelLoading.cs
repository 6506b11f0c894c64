using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard.Serving;

/// <summary>Makes a bundle ready to serve: load, verify, warm.</summary>
static class ModelLoading
{
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InputException">The bundle is damaged, or its scores are no probabilities.</exception>
    public static ServedModel Load(string name, string version, string folder, ModelFolderOptions options, Action<ServedModel, RankRequest, int> fill, CancellationToken cancellation)
    {
        var model = new ServedModel(name, version, ModelBundle.Load(folder, cancellation), options.UnknownScenario);
        var request = new RankRequest { MostValues = int.MaxValue };
        for (var i = 0; i < options.WarmUpRequests; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            request.Begin(model);
            fill(model, request, i);
            Try(model, request, cancellation);
        }

        model.ResetCounts();
        return model;
    }

    static void Try(ServedModel model, RankRequest request, CancellationToken cancellation)
    {
        request.Prepare();
        var desk = model.RentDesk();
        for (var item = 0; item < request.Items;)
        {
            cancellation.ThrowIfCancellationRequested();
            item += desk.Add(request, item, Math.Min(desk.Room, request.Items - item));
            desk.Score();
        }

        model.ReturnDesk(desk);
        if (request.Failure is { } failure) throw failure;
        request.Finish();
        foreach (var score in request.Scores)
        {
            if (!(score >= 0 && score <= 1)) throw new InputException($"{model.Folder}: the model gives the score {score}, which is no probability; train it again or copy its bundle again.");
        }
    }
}
