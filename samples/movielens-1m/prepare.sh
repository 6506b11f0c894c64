#!/bin/sh
# Writes ratings.csv, the ratings with the genres of their film, beside ratings.dat and movies.dat.
# Usage: prepare.sh FOLDER
set -eu
cd "$1"
# Titles are left out: they contain colons and are not UTF-8.
LC_ALL=C awk -F '::' '
    BEGIN { print "user_id,movie_id,rating,timestamp,genres" }
    NR == FNR { genres[$1] = $3; next }
    { print $1 "," $2 "," $3 "," $4 "," genres[$2] }' movies.dat ratings.dat > ratings.csv.tmp
mv ratings.csv.tmp ratings.csv
