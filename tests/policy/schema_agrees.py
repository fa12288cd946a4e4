"""The published JSON Schema and the loader accept the same policies.

valid/ must pass, invalid/ must fail, and invalid-beyond-schema/ (with the reason in a .why file) must pass the schema
although the loader refuses it: a case that the schema can catch belongs into invalid/. The loader reads the same files in
policy-cases. Each field of the schema must occur in a valid file, and in the path of a fault.
"""
import json
import pathlib
import re
import sys

import jsonschema

HERE = pathlib.Path(sys.argv[1])
SCHEMA = json.loads(pathlib.Path(sys.argv[2]).read_text())
FOLDERS = (("valid", True), ("invalid", False), ("invalid-beyond-schema", True))


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


def parse(path):
    """The parsed text, or None when it is not JSON at all."""
    try:
        return json.loads(path.read_bytes().decode("utf-8"), parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        return None


def names_in(tree):
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield key
            yield from names_in(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from names_in(value)


def names_of_schema(tree):
    if isinstance(tree, dict):
        if "additionalProperties" in tree:
            yield from tree.get("properties", {})
        for value in tree.values():
            yield from names_of_schema(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from names_of_schema(value)


def main():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft7Validator(SCHEMA)
    faults, seen, n = [], set(), 0
    for folder, wanted in FOLDERS:
        for path in sorted((HERE / folder).glob("*.json")):
            n += 1
            tree = parse(path)
            accepted = tree is not None and validator.is_valid(tree)
            if accepted != wanted:
                faults.append(f"{folder}/{path.name}: the schema {'accepts' if accepted else 'refuses'} it")
            if folder == "valid":
                seen.update(names_in(tree))
            if folder == "invalid-beyond-schema" and not path.with_suffix(".why").read_text().strip():
                faults.append(f"{folder}/{path.name}: no reason")
    faulty = {name for folder, _ in FOLDERS for path in (HERE / folder).glob("*.err")
              for line in path.read_text(encoding="utf-8").splitlines()
              for name in re.findall(r"[\w$-]+", line.split(" ")[1])}
    faults += [f"field {name} of the schema is in the path of no fault"
               for name in sorted(set(names_of_schema(SCHEMA)) - faulty - {"$schema"})]
    faults += [f"field {name} of the schema is in no valid file" for name in sorted(set(names_of_schema(SCHEMA)) - seen)]
    print("\n".join(faults) or f"schema and loader agree on {n} files")
    sys.exit(1 if faults or n < 110 else 0)


main()
