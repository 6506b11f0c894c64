namespace Switchyard.Serving.Tests;

/// <summary>Folders with what should not be there, and looks that are ended.</summary>
public sealed class ModelFolderTroubleTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly List<ModelNews> _news = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reload_FolderThatMayNotBeListed_TheOthersServeAndItIsSaidOnce()
    {
        Save("trips", "1");
        Directory.CreateDirectory(_folder["lost+found"]);
        using var models = new ModelFolder(new ModelFolderOptions { Path = _folder.Path, WarmUpRequests = 1 }, _news.Add)
        {
            List = path => path.EndsWith("lost+found", StringComparison.Ordinal) ? throw new UnauthorizedAccessException($"Access to {path} is denied.") : Directory.GetDirectories(path),
        };
        models.Reload();
        models.Reload();
        models.IsReady.ShouldBeTrue();
        models.States.ShouldHaveSingleItem().Serving.ShouldBe("1");
        _news.Where(n => n.Status == VersionStatus.Bad).ShouldHaveSingleItem().Message.ShouldContain("lost+found is denied");
    }

    [Fact]
    public void Reload_FolderOfAModelThatMayNotBeListedForAWhile_ItsStateStays()
    {
        Save("trips", "1");
        var isRefused = false;
        using var models = new ModelFolder(new ModelFolderOptions { Path = _folder.Path, WarmUpRequests = 1 }, _news.Add)
        {
            List = path => isRefused && path != _folder.Path ? throw new IOException("away") : Directory.GetDirectories(path),
        };
        models.Reload();
        isRefused = true;
        models.Reload();
        Check(models, "1", new VersionState("1", VersionStatus.Serving));
        _news.Count.ShouldBe(2);
    }

    [Fact]
    public void IsReady_FolderWithoutABundle_IsNoModel()
    {
        Save("trips", "1");
        Directory.CreateDirectory(_folder["typo/1"]);
        using var models = Open();
        models.IsReady.ShouldBeTrue();
        models.States.ShouldHaveSingleItem().Name.ShouldBe("trips");
    }

    [Fact]
    public void IsReady_ModelThatComesLaterAndIsBad_StaysAndItIsForgottenWithItsFolder()
    {
        Save("trips", "1");
        using var models = Open();
        Save("other", "1");
        File.AppendAllText(_folder["other/1/manifest.json"], "}");
        models.Reload();
        models.States.Length.ShouldBe(2);
        models.IsReady.ShouldBeTrue();
        Directory.Delete(_folder["other"], recursive: true);
        models.Reload();
        models.States.ShouldHaveSingleItem().Name.ShouldBe("trips");
    }

    [Fact]
    public void IsReady_BadModelWhoseFolderIsRemoved_TheRestIsReady()
    {
        Save("trips", "1");
        Save("other", "1");
        File.AppendAllText(_folder["other/1/manifest.json"], "}");
        using var models = Open();
        models.IsReady.ShouldBeFalse();
        Directory.Delete(_folder["other"], recursive: true);
        models.Reload();
        models.IsReady.ShouldBeTrue();
    }

    [Fact]
    public void Reload_LinkedFiles_AreSeenThroughTheLinks()
    {
        foreach (var seed in (ulong[])[1, 2]) TinyModels.Save(_folder[$".store/{seed}"], seed);
        Directory.CreateDirectory(_folder["trips/1"]);
        Link("manifest.json", 1);
        Link("weights.safetensors", 1);
        using var models = Open();
        models.State("trips")!.Serving.ShouldBe("1");
        var digest = Digest(models);

        // Others of the same length.
        Link("manifest.json", 2);
        Link("weights.safetensors", 2);
        models.Reload();
        Digest(models).ShouldNotBe(digest);

        void Link(string file, int seed)
        {
            File.Delete(_folder[$"trips/1/{file}"]);
            File.CreateSymbolicLink(_folder[$"trips/1/{file}"], _folder[$".store/{seed}/{file}"]);
            File.SetLastWriteTimeUtc(_folder[$".store/{seed}/{file}"], DateTime.UnixEpoch);
        }

        static string Digest(ModelFolder models)
        {
            using var lease = models.Lease("trips")!;
            return lease.Model.Digest;
        }
    }

    [Fact]
    public void Reload_OlderVersionThatIsNotWholeOrBad_IsNotIdle()
    {
        foreach (var version in (string[])["1", "2", "3", "4"]) Save("trips", version);
        File.WriteAllBytes(_folder["trips/1/weights.safetensors"], []);
        File.AppendAllText(_folder["trips/2/manifest.json"], "}");
        using var models = Open();
        models.State("trips")!.Versions.Select(v => (v.Version, v.Status)).ShouldBe(
            [("4", VersionStatus.Serving), ("3", VersionStatus.Idle), ("2", VersionStatus.Incomplete), ("1", VersionStatus.Incomplete)]);
        _news.Count.ShouldBe(1);
    }

    [Fact]
    public void Reload_CancelledWhileAVersionWarms_EndsAndTheOldOneGoesOn()
    {
        using var cancellation = new CancellationTokenSource();
        Save("trips", "1");
        var warmed = 0;
        using var models = new ModelFolder(new ModelFolderOptions { Path = _folder.Path, WarmUpRequests = 5 }, _news.Add, model => Enumerable.Range(0, 5).Select(number => (Action<RankRequest>)(request =>
        {
            warmed++;
            if (model.Version == "2" && number == 1) cancellation.Cancel();
            request.Set(request.AddItem(), 0, "u1"u8);
        })));
        models.Reload(cancellation.Token);
        Save("trips", "2", seed: 2);
        Should.Throw<OperationCanceledException>(() => models.Reload(cancellation.Token));
        (warmed, models.State("trips")!.Serving, _news.Count).ShouldBe((7, "1", 1));
        models.Reload();
        models.State("trips")!.Serving.ShouldBe("2");
    }

    [Fact]
    public void Reload_Cancelled_ReadsNoWeights()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var folder = Save("trips", "1");
        Should.Throw<OperationCanceledException>(() => Models.ModelBundle.Load(folder, cancellation.Token));
    }

    [Fact]
    public async Task Dispose_WhileAVersionWarms_EndsTheReload()
    {
        Save("trips", "1");
        using var isWarming = new ManualResetEventSlim();
        using var isDisposed = new ManualResetEventSlim();
        var warmed = 0;
        var models = new ModelFolder(new ModelFolderOptions { Path = _folder.Path, WarmUpRequests = 100_000 }, _news.Add, _ => Enumerable.Repeat<Action<RankRequest>>(
            request =>
            {
                warmed++;
                isWarming.Set();
                isDisposed.Wait();
                request.Set(request.AddItem(), 0, "u1"u8);
            },
            100_000));
        var reload = Task.Run(() => models.Reload());
        isWarming.Wait();
        var dispose = Task.Run(models.Dispose);
        while (!models.IsEnding) await Task.Delay(1);
        isDisposed.Set();
        await dispose;
        await Should.ThrowAsync<OperationCanceledException>(() => reload);
        (warmed, models.Lease("trips")).ShouldBe((1, null));
        models.Dispose();
        Should.Throw<OperationCanceledException>(() => models.Reload());
    }

    string Save(string name, string version, ulong seed = 1) => TinyModels.Save(_folder[$"{name}/{version}"], seed);

    ModelFolder Open()
    {
        var models = new ModelFolder(new ModelFolderOptions { Path = _folder.Path, WarmUpRequests = 2, WarmUpItems = 5 }, _news.Add);
        models.Reload();
        return models;
    }

    static void Check(ModelFolder models, string? serving, params VersionState[] versions)
    {
        var state = models.State("trips")!;
        (state.Name, state.Serving).ShouldBe(("trips", serving));
        state.Versions.ShouldBe(versions);
    }
}
