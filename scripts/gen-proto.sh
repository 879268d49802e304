#!/bin/sh
# Generates ts-host/formats/onnx/proto/onnx_pb.ts from onnx.proto. The generators are installed in a temporary
# folder, because nobody needs them unless the schema changes.
set -eu
proto="$(cd "$(dirname "$0")/.." && pwd)/ts-host/formats/onnx/proto"
tools="$(mktemp -d)"
trap 'rm -rf "$tools"' EXIT
cd "$tools"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent @bufbuild/buf@1.75.0 @bufbuild/protoc-gen-es@2.17.0
cp "$proto/onnx.proto" .
cat > buf.gen.yaml <<'YAML'
version: v2
plugins:
  - local: node_modules/.bin/protoc-gen-es
    out: out
    opt: [target=ts, import_extension=js]
YAML
npx buf generate --path onnx.proto
cp out/onnx_pb.ts "$proto/onnx_pb.ts"
