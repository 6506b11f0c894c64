# The published JSON Lines as CSV: numbers without their units, dates as yyyy-MM-dd.
# Usage: zcat renttherunway_final_data.json.gz | jq -rn -f prepare.jq | gzip > renttherunway.csv.gz
def text: . // "";
def number(pattern): text | (capture(pattern).n // "");
["fit", "user_id", "item_id", "weight_lbs", "rating", "rented_for", "body_type", "category", "size", "age", "review_date",
 "bust_size_num", "bust_size_letter", "height_in", "review_month"],
(inputs | (.review_date | text | if . == "" then null else strptime("%B %d, %Y") end) as $date |
[.fit, .user_id, .item_id, (.weight | number("^(?<n>[0-9]+)")), .rating, ."rented for", ."body type", .category, .size, .age,
 ($date | if . then strftime("%Y-%m-%d") else "" end),
 (."bust size" | number("^(?<n>[0-9]+)")), (."bust size" | number("^[0-9]+(?<n>.*)$")),
 (.height | text | if test("^[0-9]+' *[0-9]+") then capture("^(?<f>[0-9]+)' *(?<i>[0-9]+)") | (.f | tonumber) * 12 + (.i | tonumber) else "" end),
 ($date | if . then .[1] + 1 else "" end)])
| map(if . == null then "" else tostring end) | @csv
