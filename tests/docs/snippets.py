"""Takes the C++ out of the documentation, so that the tests compile it as it is printed.

    python3 snippets.py OUT_DIR FILE.md…

Writes OUT_DIR/readme.cpp, the one block that is a whole program (it has a main), and OUT_DIR/snippets.cpp, all other
```cpp blocks. A block stands at namespace scope, one namespace per file; where

    <!-- cpp: Device device, const Checkpoint& checkpoint -->

stands on the line before it, it is the body of a function with these parameters. Includes go to the top.
"""

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"(?:^<!-- cpp: *(?P<parameters>.*?) *-->\n)?^```cpp\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(path):
    """(line of the first line of code, parameters or None, code) of each block."""
    text = path.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        yield text.count("\n", 0, match.start("code")) + 1, match["parameters"], match["code"]


def placed(path, line, code):
    """The code, with errors reported where it stands in the document."""
    lines = ["" if text.startswith("#include") else text for text in code.splitlines()]
    return f'#line {line} "{path}"\n' + "\n".join(lines) + "\n"


def main(out_dir, *paths):
    programs, bodies, includes = [], [], dict.fromkeys(['#include <cmath>', '#include <iostream>', '#include "fusebox/fusebox.h"'])
    for path in map(Path, paths):
        parts = []
        for number, (line, parameters, code) in enumerate(blocks(path)):
            if "int main(" in code:
                programs.append(f'#line {line} "{path}"\n{code}')
                continue
            includes.update(dict.fromkeys(re.findall(r"^#include .*$", code, re.MULTILINE)))
            text = placed(path, line, code)
            if parameters is not None:
                text = f"void block_{number}({parameters}) {{\n{text}}}\n"
            parts.append(text)
        if parts:
            name = re.sub(r"\W", "_", path.stem.lower())
            bodies.append(f"namespace {name}_md {{\n" + "".join(parts) + f"}}  // namespace {name}_md\n")
    if len(programs) != 1:
        sys.exit(f"{len(programs)} blocks are whole programs, want one, in README.md")
    if not bodies:
        sys.exit("no block of C++ was found")
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    (out / "readme.cpp").write_text(programs[0], encoding="utf-8")
    (out / "snippets.cpp").write_text(
        "\n".join(includes) + "\nusing namespace fusebox;\n" + "".join(bodies) + "int main() {}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
