using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard.Serving;

/// <summary>Makes a bundle ready to serve: load, verify, warm.</summary>
static class ModelLoading
{
    /// <param name="given">Requests to warm it with; null makes all of them up.</param>
    /// <returns>The version, and with which requests it was warmed; nothing where all were made up.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InputException">The bundle is damaged, or its scores are no probabilities.</exception>
    public static (ServedModel Model, string Warmed) Load(
        string name, string version, string folder, ModelFolderOptions options, Func<ServedModel, IEnumerable<Action<RankRequest>>>? given, CancellationToken cancellation)
    {
        var model = new ServedModel(name, version, ModelBundle.Load(folder, cancellation), options.UnknownScenario);
        var request = new RankRequest { MostValues = int.MaxValue };
        var (scored, unfit) = given is null ? default : Score(model, request, given(model), options.WarmUpRequests, cancellation);
        for (var i = scored; i < options.WarmUpRequests; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            request.Begin(model);
            WarmUp.Fill(request, i, options.WarmUpItems);
            Try(model, request, cancellation);
        }

        model.ResetCounts();
        return (model, given is null ? "" : $", warmed with {scored} recorded {(scored == 1 ? "request" : "requests")}{(unfit > 0 ? $" ({unfit} do not fit it)" : "")}");
    }

    /// <summary>Scores requests that were made for other versions: one that this version does not take says nothing about it.</summary>
    static (int Scored, int Unfit) Score(ServedModel model, RankRequest request, IEnumerable<Action<RankRequest>> given, int most, CancellationToken cancellation)
    {
        var (scored, unfit) = (0, 0);
        foreach (var fill in given)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryGiven(model, request, fill, cancellation)) scored++;
            else unfit++;
            if (scored == most) break;
        }

        return (scored, unfit);
    }

    static bool TryGiven(ServedModel model, RankRequest request, Action<RankRequest> fill, CancellationToken cancellation)
    {
        try
        {
            request.Begin(model);
            fill(request);
        }
        catch (Exception e) when (e is InputException or RequestException)
        {
            return false;
        }

        try
        {
            Try(model, request, cancellation);
            return true;
        }
        catch (RequestException)
        {
            return false;
        }
    }

    static void Try(ServedModel model, RankRequest request, CancellationToken cancellation)
    {
        DirectScoring.Score(request, cancellation);
        foreach (var score in request.Scores)
        {
            if (!(score >= 0 && score <= 1)) throw new InputException($"{model.Folder}: the model gives the score {score}, which is no probability; train it again or copy its bundle again.");
        }
    }
}
