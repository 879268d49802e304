# Writes opset-changes.json: the standard operators of opsets 7 to 25, the versions each has, and what every new
# version changed in its signature. Usage: python extract.py > ../opset-changes.json
import collections
import json

import onnx
from onnx import defs, helper

LOWEST, HIGHEST = 7, 25


def attribute(a):
    """Type, whether required, default."""
    default = helper.get_attribute_value(a.default_value) if a.default_value.type else None
    if isinstance(default, bytes):
        default = default.decode()
    return [str(a.type).split(".")[-1], a.required, default]


def parameters(formal):
    """Names do not matter to a model, only places: what each place accepts beyond a plain value."""
    return [str(p.option).split(".")[-1] for p in formal]


def lost_types(old, new, formal_old, formal_new):
    """Element types a place no longer takes."""
    def types(schema, p):
        table = {c.type_param_str: set(c.allowed_type_strs) for c in schema.type_constraints}
        return table.get(p.type_str, {p.type_str})

    pairs = zip(formal_old, formal_new)
    return [sorted(types(old, p) - types(new, q)) for p, q in pairs]


def changes(old, new):
    out = {}
    names = sorted(set(old.attributes) | set(new.attributes))
    before = {n: attribute(old.attributes[n]) if n in old.attributes else None for n in names}
    after = {n: attribute(new.attributes[n]) if n in new.attributes else None for n in names}
    attributes = {n: [before[n], after[n]] for n in names if before[n] != after[n]}
    if attributes:
        out["attributes"] = attributes
    for key, p, q in (("inputs", old.inputs, new.inputs), ("outputs", old.outputs, new.outputs)):
        if parameters(p) != parameters(q):
            out[key] = [parameters(p), parameters(q)]
        lost = lost_types(old, new, p, q)
        if any(lost):
            out[key + "LoseTypes"] = lost
    if new.deprecated:
        out["withdrawn"] = True
    return out


schemas = collections.defaultdict(dict)
for schema in defs.get_all_schemas_with_history():
    if schema.domain == "" and schema.since_version <= HIGHEST:
        schemas[schema.name][schema.since_version] = schema

operators = {}
for name in sorted(schemas):
    versions = sorted(schemas[name])
    relevant = [v for v in versions if v <= LOWEST][-1:] + [v for v in versions if v > LOWEST]
    steps = {}
    for old, new in zip(relevant, relevant[1:]):
        found = changes(schemas[name][old], schemas[name][new])
        if found:
            steps[str(new)] = found
    operators[name] = {"versions": relevant, "changes": steps}

table = {str(v): ir for (domain, v), ir in helper.OP_SET_ID_VERSION_MAP.items() if domain == "ai.onnx"}
ir_versions = {v: table[v] for v in sorted(table, key=int) if LOWEST <= int(v) <= HIGHEST}
print('{"onnx": %s,' % json.dumps(onnx.__version__))
print('"irVersions": %s,' % json.dumps(ir_versions))
print('"operators": {')
print(",\n".join(f"{json.dumps(n)}: {json.dumps(o)}" for n, o in operators.items()))
print("}}")
