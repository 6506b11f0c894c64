#!/usr/bin/env bash
# Packs every package, installs the tool and compiles the quick start against the packages, as a stranger would, without a registry.
# Ends with "packages: N passed, N failed"; arguments go to dotnet pack. Other packages come from the machine's package folder.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
root=$PWD
shared=$(dotnet nuget locals global-packages -l | sed 's/^[^:]*: //')
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
passed=0
failed=0

check() {
    local name=$1
    shift
    if "$@" > "$place/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        cat "$place/log"
        echo "packages: FAILED: $name"
    fi
}

pack() {
    dotnet pack Switchyard.slnx -c Release -o "$place/packages" -v quiet -warnaserror "$@"
}

# Looks into the folders that the packages were unpacked to.
every_package_is_complete() {
    local project name folder
    for project in src/*/; do
        name=$(basename "$project")
        folder=$place/cache/${name,,}/0.1.0
        [ "$name" = Switchyard.Cli ] && folder=$place/tool/.store/${name,,}/0.1.0/${name,,}/0.1.0
        ls "$place/packages/$name".[0-9]*.snupkg || return 1
        [ -s "$folder/README.md" ] || { echo "$name has no README"; return 1; }
        [ -n "$(find "$folder" -name "$name.xml")" ] || { echo "$name has no documentation"; return 1; }
        grep -q '<license type="expression">Apache-2.0</license>' "$(find "$folder" -iname "$name.nuspec" | head -n 1)" || { echo "$name has no licence"; return 1; }
    done
}

install_tool() {
    dotnet tool install Switchyard.Cli --tool-path "$place/tool" --configfile "$place/nuget.config"
}

train() {
    "$place/tool/switchyard" train "$root/samples/census-income" --set training.epochs=1 --set output="$place/run"
}

# With its charts, where there was a Node to build them.
write_report() {
    "$place/tool/switchyard" report "$place/run/model" --output "$place/report.html" || return 1
    grep -q 'id="document"' "$place/report.html" || return 1
    [ ! -e web/dist/report.js ] || grep -q 'echarts/LICENSE' "$place/report.html"
}

compile_quickstart() {
    dotnet build "$place/quickstart" -c Release -v quiet -warnaserror
}

quickstart_scores_as_the_tool() {
    (cd "$place" && dotnet quickstart/bin/Release/net10.0/Quickstart.dll "$root/samples/census-income" training.epochs=1 output="$place/run") || return 1
    "$place/tool/switchyard" predict "$place/run/model" -i "$root/samples/census-income/census_income.csv.gz" -o "$place/tool.csv" || return 1
    cmp "$place/scores.csv" "$place/tool.csv"
}

# A program of its own that serves the model the tool has trained, and asks for it with the client.
program_serves_and_asks() {
    dotnet build "$place/service" -c Release -v quiet -warnaserror || return 1
    [ "$(dotnet "$place/service/bin/Release/net10.0/Service.dll" "$place/run/model")" = "1 model, 2 tasks" ]
}

# Our packages are taken from the folder just packed and kept apart; what they depend on is already on the machine.
# A copy of ours among those, left by a trial, would be taken in place of the packed one: the view leaves it out.
mkdir "$place/machine"
find "$shared" -mindepth 1 -maxdepth 1 -type d ! -iname 'switchyard*' -exec ln -s -t "$place/machine" {} +
cat > "$place/nuget.config" <<XML
<configuration>
  <packageSources><clear /><add key="packed" value="$place/packages" /></packageSources>
  <fallbackPackageFolders><clear /><add key="machine" value="$place/machine" /></fallbackPackageFolders>
</configuration>
XML
mkdir "$place/quickstart"
cp samples/Quickstart/Program.cs "$place/quickstart/"
cat > "$place/quickstart/Quickstart.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <InvariantGlobalization>true</InvariantGlobalization>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Switchyard" Version="0.1.0" />
  </ItemGroup>
</Project>
XML
mkdir "$place/service"
cat > "$place/service/Program.cs" <<'CS'
using Switchyard.Client;
using Switchyard.Server;

await using var server = SwitchyardServer.Create(ServeConfiguration.OfBundle(args[0], ["listen=http://127.0.0.1:0"]), services => services.AddLogging(log => log.ClearProviders()));
await server.StartAsync();
await server.LoadedAsync();
using (var client = new SwitchyardClient(new Uri(server.Addresses[0])))
{
    var models = (await client.ModelsAsync()).Models;
    Console.WriteLine($"{models.Count} model, {models[0].Tasks!.Count} tasks");
}

await server.StopAsync();
CS
sed -e 's/Sdk="Microsoft.NET.Sdk"/Sdk="Microsoft.NET.Sdk.Web"/' \
    -e 's|<PackageReference Include="Switchyard" .*|<PackageReference Include="Switchyard.Server" Version="0.1.0" /><PackageReference Include="Switchyard.Client" Version="0.1.0" /><PackageReference Include="Switchyard.Ui" Version="0.1.0" /><PackageReference Include="Switchyard.Interop" Version="0.1.0" />|' \
    "$place/quickstart/Quickstart.csproj" > "$place/service/Service.csproj"

check "pack without a warning" pack "$@"
export NUGET_PACKAGES="$place/cache"
check "the tool installs" install_tool
check "the tool trains" train
check "the tool writes a report" write_report
check "the quick start compiles against the packages" compile_quickstart
check "a program serves the model and asks the server" program_serves_and_asks
check "symbols, README, documentation and licence in every package" every_package_is_complete
check "the quick start's scores are the tool's" quickstart_scores_as_the_tool
echo "packages: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
