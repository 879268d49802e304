#!/bin/sh
# Generates the *_pb.ts beside each .proto of ts-host/formats. The generators are installed in a temporary folder, because
# nobody needs them unless a schema changes.
set -eu
formats="$(cd "$(dirname "$0")/.." && pwd)/ts-host/formats"
tools="$(mktemp -d)"
trap 'rm -rf "$tools"' EXIT
cd "$tools"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent @bufbuild/buf@1.75.0 @bufbuild/protoc-gen-es@2.17.0
cat > buf.gen.yaml <<'YAML'
version: v2
plugins:
  - local: node_modules/.bin/protoc-gen-es
    out: out
    opt: [target=ts, import_extension=js]
YAML
for schema in onnx/proto/onnx paddle/proto/framework; do
  name="$(basename "$schema")"
  cp "$formats/$schema.proto" .
  npx buf generate --path "$name.proto"
  cp "out/${name}_pb.ts" "$formats/${schema}_pb.ts"
done
