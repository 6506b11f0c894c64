#!/bin/sh
# Pictures of the live page and of a report for docs/images, in light and dark: trains a small model on the census sample. Needs chromium
# and a built command: eng/screenshots.sh "dotnet artifacts/bin/Switchyard.Cli/release/Switchyard.Cli.dll"
set -eu
switchyard=${1:-switchyard}
images=$(cd "$(dirname "$0")/.." && pwd)/docs/images
sample=$(cd "$(dirname "$0")/.." && pwd)/samples/census-income/switchyard.yaml
work=$(mktemp -d)
trap 'kill "$page" 2>/dev/null || true; rm -rf "$work"' EXIT
page=
mkdir -p "$images"

# file, address, height, more switches
shoot() {
  out=$1 address=$2 height=$3
  shift 3
  chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/browser" --window-size=1280,"$height" \
    --virtual-time-budget=8000 "$@" --screenshot="$images/$out" "$address" >/dev/null 2>&1
}

for seed in 1 2; do
  $switchyard train "$sample" --set "output=$work/runs/seed-$seed" --set training.seed=$seed --set training.epochs=2 --set training.validate_every=40
done
$switchyard report "$work/runs/seed-1" --output "$work/report.html"
shoot report.png "file://$work/report.html" 1500
shoot report-dark.png "file://$work/report.html" 1500 --blink-settings=preferredColorScheme=0

$switchyard ui "$work/runs" >"$work/address" &
page=$!
until grep -q http "$work/address"; do sleep 1; done
address=$(grep -o 'http[^ ]*' "$work/address")
shoot live.png "$address#run=seed-1&run=seed-2" 1500
shoot live-dark.png "$address#run=seed-1&run=seed-2" 1500 --blink-settings=preferredColorScheme=0
