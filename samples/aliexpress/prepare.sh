#!/bin/sh
# Puts the published files of several countries under one another: items.csv and searches.csv, in the same folder.
# Searches are numbered anew in every file, so that their country and part become part of the number.
# Usage: prepare.sh FOLDER [COUNTRY...]; default: nl es fr us
set -eu
cd "$1"
shift
[ $# -gt 0 ] || set -- nl es fr us
for country; do
    for part in train test; do
        sed "s/^/$country,$part,$country-$part-/" "${country}_item_$part.csv" >&3
        sed "s/^/$country-$part-/" "${country}_user_$part.csv" >&4
    done
done 3> items.csv.tmp 4> searches.csv.tmp
mv items.csv.tmp items.csv
mv searches.csv.tmp searches.csv
