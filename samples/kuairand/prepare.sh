#!/bin/sh
# Writes log.csv, the standard logs with the basic features of their video, into the folder of the published files.
# Usage: prepare.sh FOLDER [pure|1k|27k]
set -eu
cd "$1"
version=${2:-pure}
# A video's values are appended as they stand: those with commas in them are quoted.
awk '
    { key = substr($0, 1, index($0, ",") - 1); rest = substr($0, index($0, ",") + 1) }
    FNR == 1 { header = FILENAME ~ /^video/ ? rest : header; files++ }
    FILENAME ~ /^video/ { features[key] = rest; missing = rest; gsub(/"[^"]*"/, "", missing); gsub(/[^,]/, "", missing); next }
    FNR == 1 { if (!written++) print $0 "," header; next }
    { split($0, value, ","); print $0 "," (value[2] in features ? features[value[2]] : missing) }' \
    "video_features_basic_$version.csv" log_standard_*_"$version"*.csv > log.csv.tmp
mv log.csv.tmp log.csv
