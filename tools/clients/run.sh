#!/usr/bin/env bash
# Makes three clients from openapi/management.json, compiles them, and lets each make one call
# against a server of its own. Needs Node, Python and Java; what they load stays under target/clients.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD here=$PWD/tools/clients work=$PWD/target/clients document=$PWD/openapi/management.json
mkdir -p "$work"
cp "$here"/package.json "$here"/*.ts "$here"/*.py "$work"
cd "$work"

npm install --silent --no-audit --no-fund
test -d venv || python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
    datamodel-code-generator==0.36.0 openapi-spec-validator pydantic python-dateutil urllib3 typing-extensions
venv/bin/openapi-spec-validator "$document" "$root/openapi/management-3.1.json"
npx redocly lint --extends=recommended "$document" "$root/openapi/management-3.1.json"

npx openapi-typescript "$document" --output api.d.ts
npx tsc --noEmit --strict --skipLibCheck --module nodenext --target es2022 typescript.ts
venv/bin/datamodel-codegen --input "$document" --input-file-type openapi \
    --output-model-type pydantic_v2.BaseModel --output models.py
npx openapi-generator-cli generate --generator-name python --input-spec "$document" \
    --output generated --package-name management >generated.log

cargo build --quiet --manifest-path "$root/Cargo.toml" --package bailey
"${CARGO_TARGET_DIR:-$root/target}"/debug/bailey serve --example --database :memory: \
    --listen 127.0.0.1:0 --admin-pat-file pat >server.log 2>&1 &
server=$!
trap 'kill $server' EXIT
until grep -q 'http://' server.log; do kill -0 $server; sleep 0.1; done
URL=$(grep -o 'http://[^ ]*' server.log) TOKEN=$(cat pat)
export URL TOKEN
npx tsx typescript.ts
venv/bin/python models_call.py
PYTHONPATH=generated venv/bin/python generated_call.py
