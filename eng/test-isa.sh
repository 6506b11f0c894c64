#!/usr/bin/env bash
# Runs the tests of kernels and of the engine once per instruction set. Those of kernels compare hashes of output bits with
# constants, so that passing everywhere means equal bits everywhere; those of the engine compare its own vector loops with
# plain ones. Prints "N passed, N failed" per set and project; further arguments go to dotnet build.
set -uo pipefail
cd "$(dirname "$0")/.."

projects=(Switchyard.Kernels.Tests Switchyard.Engine.Tests)
for project in "${projects[@]}"; do
    dotnet build -c Release "tests/$project" -nologo -v quiet -clp:ErrorsOnly "$@" || exit 1
done

status=0
run() {
    local project
    for project in "${projects[@]}"; do run_one "$project" "$@"; done
}

run_one() {
    local project=$1
    local name="$2 ${project#Switchyard.}"
    shift 2
    local log
    log=$(env "${@:-_=_}" dotnet test -c Release --no-build "tests/$project" -nologo "${arguments[@]}" 2>&1) || status=1
    local summary
    summary=$(grep -E 'Failed: +[0-9]+, Passed: +[0-9]+' <<<"$log" | tail -n 1)
    if [[ -z $summary ]]; then
        echo "$log"
        echo "$name: the tests did not run" >&2
        status=1
        return
    fi
    grep -E '^ +Failed ' <<<"$log"
    echo "$name: $(sed -E 's/.*Failed: +([0-9]+), Passed: +([0-9]+).*/\2 passed, \1 failed/' <<<"$summary")"
}

arguments=("$@")
run 'widest     '
run 'no AVX-512 ' DOTNET_EnableAVX512=0 SWITCHYARD_FORCED_WIDTH=256
run 'no AVX2    ' DOTNET_EnableAVX2=0 SWITCHYARD_FORCED_WIDTH=128
run 'no vectors ' DOTNET_EnableHWIntrinsic=0 SWITCHYARD_FORCED_WIDTH=0
exit $status
