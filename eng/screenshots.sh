#!/usr/bin/env bash
# Takes the pictures of docs/images anew: trains the census-income sample with its live page open in Chromium, then opens its
# report. Needs Node and Chromium (SWITCHYARD_CHROMIUM names one that is not on the path); further arguments go to dotnet test.
set -euo pipefail
cd "$(dirname "$0")/.."

export SWITCHYARD_SCREENSHOTS=$PWD/docs/images SWITCHYARD_SAMPLE=$PWD/samples/census-income
dotnet test -c Release tests/Switchyard.Browser.Tests -nologo --filter FullyQualifiedName~ScreenshotTests "$@"
