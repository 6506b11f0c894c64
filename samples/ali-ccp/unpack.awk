# Unpacks a file of Ali-CCP: features stand in the last column as FIELD\002ID\003VALUE, separated by \001.
# Usage: awk -v part=train -v kind=impressions -f unpack.awk sample_skeleton_train.csv > impressions_train.csv
#        awk -v part=train -v kind=users -f unpack.awk common_features_train.csv > users_train.csv
# Columns: impressions have part, click, purchase, common and the fields of the impression; users have common and the fields of
# the user. The ids of a repeated field are joined by '|'; their values, which are weights, are left out.
BEGIN {
    FS = ","
    if (kind == "impressions") fields = "205 206 207 210 216 508 509 702 853 301"
    else if (kind == "users") fields = "101 121 122 124 125 126 127 128 129 109_14 110_14 127_14 150_14"
    else { print "unpack.awk: set -v kind=impressions or -v kind=users" > "/dev/stderr"; exit 1 }
    if (part == "") { print "unpack.awk: set -v part=train or -v part=test" > "/dev/stderr"; exit 1 }
    count = split(fields, names, " ")
    header = kind == "impressions" ? "part,click,purchase,common" : "common"
    for (i = 1; i <= count; i++) header = header "," names[i]
    print header
}
{
    for (i = 1; i <= count; i++) value[names[i]] = ""
    features = split($NF, packed, "\001")
    for (f = 1; f <= features; f++) {
        split(packed[f], piece, /[\002\003]/)
        if (piece[1] in value) value[piece[1]] = value[piece[1]] (value[piece[1]] == "" ? "" : "|") piece[2]
    }
    # The same user may stand in both common files.
    line = kind == "impressions" ? part "," $2 "," $3 "," part "-" $4 : part "-" $1
    for (i = 1; i <= count; i++) line = line "," value[names[i]]
    print line
}
