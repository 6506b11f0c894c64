#!/usr/bin/env bash
# Puts ONNX Runtime for Node.js, as bench/peers/package.json names it, into artifacts/peers: tests and comparisons run exported models in it.
# About 290 MB. What is there already stays; package.json is copied last, so that half a folder is never taken for a whole one.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=bench/peers/package.json
there=artifacts/peers

is_there() { cmp -s "$wanted" "$there/package.json"; }

if is_there; then exit 0; fi
mkdir -p "$there"
new=$(mktemp -d "$there/new-XXXXXX")
trap 'rm -rf "$new"' EXIT
cp "$wanted" "$new"
timeout 300 npm install --prefix "$new" --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error

# Somebody else may have been quicker.
if is_there; then exit 0; fi
rm -rf "$there/node_modules"
mv "$new/node_modules" "$there/node_modules"
mv "$new/package.json" "$there/package.json"
