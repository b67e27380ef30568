#!/bin/sh
# Translates images with a service that `pix2pix serve` runs; asks again when it is busy.
#
#   sh examples/serviceClient.sh http://127.0.0.1:8098 facades_pix2pix a.png b.png
#
# Writes a.translated.png and b.translated.png. Needs curl; the token, where one is required, is in PIX2PIX_TOKEN.
set -eu
service=$1 model=$2
shift 2

for image in "$@"; do
  output=${image%.*}.translated.png
  # --retry waits as Retry-After says; --fail-with-body ends with an error, and shows what is wrong
  curl --silent --show-error --fail-with-body --retry 10 \
    ${PIX2PIX_TOKEN:+--header "Authorization: Bearer $PIX2PIX_TOKEN"} \
    --header 'Content-Type: application/octet-stream' \
    --data-binary "@$image" --output "$output" \
    "$service/v1/translate?model=$model" || { cat "$output" >&2; rm -f "$output"; exit 1; }
  echo "$output"
done
