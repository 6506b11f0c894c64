#!/usr/bin/env bash
# Runs the kernel tests once per instruction set. The tests compare hashes of output bits with constants, so that passing
# everywhere means equal bits everywhere. Ends with "N passed, N failed" per set; further arguments go to dotnet build.
set -uo pipefail
cd "$(dirname "$0")/.."

project=tests/Switchyard.Kernels.Tests
dotnet build -c Release "$project" -nologo -v quiet -clp:ErrorsOnly "$@" || exit 1

status=0
run() {
    local name=$1
    shift
    local log
    log=$(env "${@:-_=_}" dotnet test -c Release --no-build "$project" -nologo "${arguments[@]}" 2>&1) || status=1
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
