using Switchyard.Data;

namespace Switchyard.Serving.Tests;

public sealed class ModelFolderTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly List<ModelNews> _news = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reload_SeveralVersions_TheNewestInNaturalOrderServes()
    {
        foreach (var version in (string[])["9", "10", "2", ".11.tmp-1"]) Save("trips", version);
        Save("other", "a");
        using var models = Open();
        Check(models, "10", new("10", VersionStatus.Serving), new("9", VersionStatus.Idle), new("2", VersionStatus.Idle));
        models.States.Select(s => s.Name).ShouldBe(["other", "trips"]);
        models.IsReady.ShouldBeTrue();
        using var lease = models.Lease("trips")!;
        (lease.Model.Name, lease.Model.Version).ShouldBe(("trips", "10"));
        _news.Select(n => n.Message).ShouldBe(["model other: version a serves", "model trips: version 10 serves"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("")]
    [InlineData("../other")]
    [InlineData("trips/1")]
    [InlineData("TRIPS")]
    public void Lease_NameThatIsNoModel_IsNull(string name)
    {
        Save("trips", "1");
        using var models = Open();
        models.Lease(name).ShouldBeNull();
        models.State(name).ShouldBeNull();
    }

    [Fact]
    public void Reload_NewVersion_TakesItsPlaceWhileTheOldIsOnLease()
    {
        Save("trips", "1", seed: 1);
        using var models = Open();
        var old = models.Lease("trips")!;
        Save("trips", "2", seed: 2);
        models.Reload();
        using var lease = models.Lease("trips")!;
        (old.Model.Version, lease.Model.Version).ShouldBe(("1", "2"));
        Score(old.Model).ShouldBe(Score(TinyModels.Serve(_folder["trips/1"])));
        Score(lease.Model).ShouldBe(Score(TinyModels.Serve(_folder["trips/2"])));
        Score(lease.Model).ShouldNotBe(Score(old.Model));
        old.Dispose();
        old.Dispose();
        old.Model.IsReleased.ShouldBeTrue();
        lease.Model.IsReleased.ShouldBeFalse();
        Should.Throw<ObjectDisposedException>(() => old.Model.Predictor);
        _news[^1].Message.ShouldBe("model trips: version 2 serves in place of 1");
    }

    [Fact]
    public void Reload_BadVersion_TheOldOneGoesOnAndTheReasonIsSaidOnce()
    {
        Save("trips", "1");
        using var models = Open();
        Save("trips", "2", seed: 2);
        var weights = _folder["trips/2/weights.safetensors"];
        var bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        models.Reload();
        models.Reload();
        var state = models.State("trips")!;
        (state.Serving, state.Versions[0].Status, state.Versions[1]).ShouldBe(("1", VersionStatus.Bad, new VersionState("1", VersionStatus.Serving)));
        state.Versions[0].Reason.ShouldContain("SHA-256");
        var bad = _news.Where(n => n.Status == VersionStatus.Bad).ShouldHaveSingleItem();
        bad.Message.ShouldStartWith("model trips: version 2 cannot serve, 1 goes on: ");

        // Copied again, whole.
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        File.SetLastWriteTimeUtc(weights, DateTime.UnixEpoch);
        models.Reload();
        models.State("trips")!.Serving.ShouldBe("2");
    }

    [Fact]
    public void Reload_OnlyABadVersion_NothingServes()
    {
        Save("trips", "1");
        File.AppendAllText(_folder["trips/1/manifest.json"], "}");
        using var models = Open();
        models.Lease("trips").ShouldBeNull();
        models.IsReady.ShouldBeFalse();
        Save("trips", "2");
        models.Reload();
        models.IsReady.ShouldBeTrue();
    }

    [Fact]
    public void Reload_WeightsThatGiveNoNumbers_AreRefused()
    {
        var ranker = TinyModels.NewRanker();
        ranker.Parameters.DenseValues.Fill(float.NaN);
        Models.ModelBundle.Save(_folder["trips/1"], ranker, new Models.BundleMetadata { Created = DateTimeOffset.UnixEpoch });
        using var models = Open();
        models.State("trips")!.Versions.ShouldHaveSingleItem().Status.ShouldBe(VersionStatus.Bad);
        _news.ShouldHaveSingleItem().Message.ShouldContain("no finite number");
    }

    [Fact]
    public void Reload_CopyInProgress_ServesWithItsLastByteAndIsSaidOnlyWhereItStandsStill()
    {
        Save("trips", "1");
        using var models = Open();
        var whole = TinyModels.Save(_folder[".elsewhere/2"], seed: 2);
        var copy = Directory.CreateDirectory(_folder["trips/2"]).FullName;
        Steps(models, "a file is not there");
        var manifest = File.ReadAllBytes(Path.Combine(whole, "manifest.json"));
        var weights = File.ReadAllBytes(Path.Combine(whole, "weights.safetensors"));
        File.WriteAllBytes(Path.Combine(copy, "weights.safetensors"), weights[..100]);
        File.WriteAllBytes(Path.Combine(copy, "manifest.json"), manifest[..500]);
        Steps(models, "manifest.json is not whole");
        File.WriteAllBytes(Path.Combine(copy, "manifest.json"), manifest);
        Steps(models, $"weights.safetensors has 100 of {weights.Length} bytes");
        _news.Count.ShouldBe(1);

        // Nothing has come since the last look: said once.
        models.Reload();
        models.Reload();
        _news.Count.ShouldBe(2);
        _news[^1].ShouldBe(new ModelNews("trips", "2", VersionStatus.Incomplete, $"model trips: version 2 is not whole, 1 goes on: weights.safetensors has 100 of {weights.Length} bytes"));
        File.WriteAllBytes(Path.Combine(copy, "weights.safetensors"), weights);
        models.Reload();
        models.State("trips")!.Serving.ShouldBe("2");

        static void Steps(ModelFolder models, string reason)
        {
            models.Reload();
            Check(models, "1", new("2", VersionStatus.Incomplete, reason), new("1", VersionStatus.Serving));
        }
    }

    [Fact]
    public void Reload_ServingVersionRemoved_TheNewestLeftServesAndWithoutOneItGoesOn()
    {
        Save("trips", "1", seed: 1);
        Save("trips", "2", seed: 2);
        using var models = Open();
        Directory.Delete(_folder["trips/2"], recursive: true);
        models.Reload();
        models.State("trips")!.Serving.ShouldBe("1");
        Directory.Delete(_folder["trips"], recursive: true);
        models.Reload();
        Check(models, "1");
        using (var lease = models.Lease("trips")!) Score(lease.Model).ShouldBe(Score(TinyModels.Serve(TinyModels.Save(_folder[".again/1"]))));
        Save("trips", "0", seed: 3);
        models.Reload();
        models.State("trips")!.Serving.ShouldBe("0");
    }

    [Fact]
    public void Reload_SingleBundle_IsNamedByItsWeightsAndReplacedInPlace()
    {
        TinyModels.Save(_folder["model"], seed: 1);
        using var models = new ModelFolder(new ModelFolderOptions { Path = _folder["model"], Name = "trips", WarmUpRequests = 2 }, _news.Add);
        models.Reload();
        using var old = models.Lease("trips")!;
        old.Model.Version.ShouldBe(old.Model.Digest[..12]);
        Check(models, old.Model.Version, new VersionState(old.Model.Version, VersionStatus.Serving));
        models.Reload();
        _news.Count.ShouldBe(1);
        TinyModels.Save(_folder["model"], seed: 2);
        models.Reload();
        using var lease = models.Lease("trips")!;
        lease.Model.Version.ShouldNotBe(old.Model.Version);

        // Its name stays that of its weights where its formula is wrong.
        File.WriteAllText(_folder[$"model/{Fusion.FileName}"], "formula: nothing\n");
        for (var look = 0; look < 2; look++)
        {
            models.Reload();
            Check(models, lease.Model.Version, new VersionState(lease.Model.Version, VersionStatus.Bad, models.State("trips")!.Versions[0].Reason));
        }
    }

    [Fact]
    public void Reload_FusionChanged_IsLoadedAgain()
    {
        Save("trips", "0");
        Save("trips", "1");
        using var models = Open();
        File.WriteAllText(_folder[$"trips/1/{Fusion.FileName}"], "formula: click * book\n");
        models.Reload();
        using (var lease = models.Lease("trips")!) lease.Model.Fusion.IsDefault.ShouldBeFalse();
        File.WriteAllText(_folder[$"trips/1/{Fusion.FileName}"], "formula: nothing\n");
        models.Reload();
        Check(models, "1", new("1", VersionStatus.Bad, models.State("trips")!.Versions[0].Reason), new("0", VersionStatus.Idle));
        using var before = models.Lease("trips")!;
        before.Model.Fusion.IsDefault.ShouldBeFalse();
    }

    [Fact]
    public void Reload_GivenWarmUp_NewVersionScoresThoseRequests()
    {
        Save("trips", "1");
        var numbers = new List<int>();
        using var models = new ModelFolder(new ModelFolderOptions { Path = _folder.Path, WarmUpRequests = 3 }, _news.Add, model => Enumerable.Range(0, 100).Select(number => (Action<RankRequest>)(request =>
        {
            request.Model.ShouldBeSameAs(model);
            numbers.Add(number);
            request.Set(request.AddItem(), 0, "u1"u8);
            if (number == 1) throw new InputException("no record");
        })));
        models.Reload();
        numbers.ShouldBe([0, 1, 2, 3]);
        _news.Single().Message.ShouldContain("version 1 serves, warmed with 3 recorded requests (1 do not fit it)");
        using var lease = models.Lease("trips")!;
        lease.Model.Rows.ShouldBe(0);
    }

    [Fact]
    public void New_NoFolder_SaysSo() =>
        Should.Throw<InputException>(() => new ModelFolder(new ModelFolderOptions { Path = _folder["none"] })).Message.ShouldContain("there is no such folder");

    [Fact]
    public void Dispose_LeaseLeft_ModelStaysUntilItIsGivenBack()
    {
        Save("trips", "1");
        var models = Open();
        var lease = models.Lease("trips")!;
        models.Dispose();
        models.Lease("trips").ShouldBeNull();
        lease.Model.IsReleased.ShouldBeFalse();
        lease.Dispose();
        lease.Model.IsReleased.ShouldBeTrue();
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

    static int[] Score(ServedModel model) => TinyModels.Bits(TinyModels.Score(TinyModels.NewRequest(model, 1)).Scores);
}
