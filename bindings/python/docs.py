# SPDX-License-Identifier: MIT
"""Make _docs.py: the C comment of every public function, for the docstrings. Usage: docs.py OUTPUT HEADER..."""

import re
import sys


def comments(text):
    for found in re.finditer(r"/\*\*((?:(?!\*/).)*)\*/\s*SPLIT_API([^;]*);", text, flags=re.S):
        name = re.search(r"(split_\w+)\(", found[2])
        if name:
            lines = [re.sub(r"^\s*\* ?", "", line).rstrip() for line in found[1].strip().splitlines()]
            yield name[1], re.sub(r"@(\w+)", r"\1:", re.sub(r"@p ", "", "\n".join(lines)).strip())


def main(output, *headers):
    table = {}
    for header in headers:
        with open(header, encoding="utf-8") as file:
            table.update(comments(file.read()))
    with open(output, "w", encoding="utf-8") as file:
        file.write('# SPDX-License-Identifier: MIT\n"""Made by docs.py from the C headers."""\n\nDOCS = {\n')
        for name in sorted(table):
            file.write(f"    {name!r}: {table[name]!r},\n")
        file.write("}\n")


main(*sys.argv[1:])
