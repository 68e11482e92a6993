#!/bin/sh
# The same over HTTP, against a server that listens: `ethogram serve` or `npm start`, in another terminal.
# Usage: sh examples/over-http.sh [http://127.0.0.1:4040]
set -eu
url=${1:-http://127.0.0.1:4040}
ask() { curl -sS --fail-with-body "$@" && echo; }

ask "$url/health"
ask "$url/v1/items" -d '{"items":[{"id":"tea","title":"Sencha","stock":12},{"id":"pot","title":"Glass Teapot","stock":4}]}'
ask "$url/v1/consents" -d '{"subject":"ann","choices":{"personalise":"granted","train":"granted"},"origin":"example"}'
ask "$url/v1/batch" -d '{"batch":[{"type":"track","event":"Product Viewed","userId":"ann","messageId":"example-1","properties":{"product_id":"tea"}}]}'
ask "$url/v1/decide/home" -d '{"userId":"ann","exclude":["tea"],"limit":1}'
ask "$url/v1/decide/home" -H 'Sec-GPC: 1' -d '{"userId":"ann","limit":1}'
ask "$url/v1/subjects/ann"
ask -X DELETE "$url/v1/subjects/ann"
