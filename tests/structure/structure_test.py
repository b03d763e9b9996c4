"""What the source tree promises about itself: who may include whom, who may print, what headers say.

    python3 tests/structure/structure_test.py

Which folders a folder may include stands in CMakeLists.txt (USES of fusebox_folder); this test holds the
includes to it, and it to the design.
"""

import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The way of the data: a folder may use what stands before it.
ORDER = ["base", "hlo", "stablehlo", "trace", "nn", "checkpoint", "pjrt", "runtime", "text", "llm"]

# And of what stands before it, these know nothing of:
KNOWS_NOTHING_OF = {
    "stablehlo": {"pjrt"},
    "trace": {"stablehlo", "checkpoint", "pjrt"},
    "nn": {"stablehlo", "checkpoint", "pjrt", "runtime"},
    "checkpoint": {"hlo", "stablehlo", "trace", "nn"},
    "pjrt": {"hlo", "stablehlo", "trace", "nn", "checkpoint"},
    "runtime": {"nn"},
    "text": {"hlo", "stablehlo", "trace", "nn", "pjrt", "runtime"},
}

# The CPU back end: folder -> what it may include, as beginnings of paths. Of each header the longest folder
# counts. The plugin reaches the compiler through one C function only.
CPU_INCLUDES = {
    "cpu": ("cpu/", "fusebox/base/"),
    "cpu/execute": ("cpu/execute/", "fusebox/base/"),
    "cpu/plugin": ("cpu/plugin/", "cpu/execute/", "cpu/compiler/compiler_api.h", "fusebox/base/", "fusebox/pjrt/abi/"),
    "cpu/compiler": ("cpu/compiler/", "fusebox/base/", "fusebox/hlo/", "fusebox/stablehlo/", "fusebox/pjrt/abi/",
                     "llvm/", "llvm-c/"),
}
CPU_TOP = re.compile(r"cpu/\w+\.h")  # blobs and levels: for all of them

# System headers that belong to one folder each.
OWNED_HEADERS = {"dlfcn.h": "pjrt", "pcre2.h": "text", "utf8proc.h": "text"}

MUCH_TOO_LONG = 600  # lines; 400 is aimed at

PRINTS = re.compile(
    r"\bstd::(cout|cerr|clog)\b|<iostream>|\b(printf|fprintf|vprintf|vfprintf|puts|fputs|perror)\s*\(|"
    r"\bfmt::print\b|\bstd(out|err)\b")
ENDS_PROCESS = re.compile(r"\b(std::)?(abort|exit|_exit|quick_exit|terminate)\s*\(")
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home|Users)/\w")


def relative(path):
    return path.relative_to(ROOT).as_posix()


def sources(*folders):
    """C++ files under the folders, in order."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cpp", ".c", ".def"):
                yield path


def code_of(path):
    """The file's lines with comments and the insides of string and character literals blanked."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)

    def blank(match):
        return "\n" * match.group().count("\n")

    text = path.read_text(encoding="utf-8")
    kept = [line if line.lstrip().startswith("#include") else None for line in text.split("\n")]
    blanked = token.sub(blank, text).split("\n")
    return [include if include is not None else line for include, line in zip(kept, blanked)]


def find_in_code(pattern, paths):
    return [f"{relative(path)}:{number}: {line.strip()}"
            for path in paths
            for number, line in enumerate(code_of(path), 1) if pattern.search(line)]


def includes(path):
    """(line number, included name, quoted or not) of each #include."""
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(2), match.group(1) == '"'


def opening_comment(path):
    """The comment that a file begins with."""
    return re.match(r"/\*.*?\*/|(?://[^\n]*\n)*", path.read_text(encoding="utf-8"), re.DOTALL).group()


def declared_uses():
    """folder -> folders after USES in CMakeLists.txt."""
    text = re.sub(r"#[^\n]*", "", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))
    uses = {}
    for body in re.findall(r"\bfusebox_folder\(([^)]*)\)", text):
        name, *words = body.split()
        after = words[words.index("USES") + 1:] if "USES" in words else []
        uses[name] = set(after[:after.index("LIBRARIES")] if "LIBRARIES" in after else after)
    return uses


def reachable(uses, folder):
    found = set()
    for used in uses[folder]:
        found |= {used} | reachable(uses, used)
    return found


class Layers(unittest.TestCase):
    def test_cmake_follows_the_design(self):
        uses = declared_uses()
        self.assertEqual(list(uses), ORDER)
        for folder in ORDER:
            before = set(ORDER[:ORDER.index(folder)])
            all_used = reachable(uses, folder)
            self.assertLessEqual(all_used, before, f"{folder} uses what comes after it")
            self.assertFalse(all_used & KNOWS_NOTHING_OF.get(folder, set()), f"{folder} knows too much")

    def test_every_folder_is_in_the_list(self):
        folders = {path.name for path in (ROOT / "fusebox").iterdir() if path.is_dir()}
        self.assertLessEqual(folders, set(ORDER))

    def test_folders_include_only_what_they_may(self):
        uses = declared_uses()
        wrong = []
        for folder in ORDER:
            allowed = reachable(uses, folder) | {folder}
            for path in sources(f"fusebox/{folder}"):
                for number, name, quoted in includes(path):
                    match = re.match(r"fusebox/(\w+)/", name)
                    if match and match.group(1) not in allowed:
                        wrong.append(f"{relative(path)}:{number}: {name}")
                    elif quoted and not match:
                        wrong.append(f"{relative(path)}:{number}: {name} (write the path from the root)")
                    elif OWNED_HEADERS.get(name, folder) != folder:
                        wrong.append(f"{relative(path)}:{number}: {name} belongs to {OWNED_HEADERS[name]}")
        self.assertEqual(wrong, [])

    def test_the_abi_stands_alone(self):
        wrong = [f"{relative(path)}:{number}: {name}"
                 for path in sources("fusebox/pjrt/abi")
                 for number, name, quoted in includes(path)
                 if quoted and not name.startswith("fusebox/pjrt/abi/")]
        self.assertEqual(wrong, [])


    def test_cpu_includes_only_what_it_may(self):
        wrong = []
        for path in sources("cpu"):
            folder = max((f for f in CPU_INCLUDES if relative(path).startswith(f + "/")), key=len)
            for number, name, quoted in includes(path):
                if not quoted and not name.startswith(("fusebox/", "cpu/", "llvm")):
                    continue
                if not name.startswith(CPU_INCLUDES[folder]) and not CPU_TOP.fullmatch(name):
                    wrong.append(f"{relative(path)}:{number}: {name}")
        self.assertEqual(wrong, [])

    def test_the_library_reaches_cpu_only_as_a_plugin(self):
        wrong = [f"{relative(path)}:{number}: {name}"
                 for path in sources("fusebox", "apps", "examples")
                 for number, name, quoted in includes(path) if name.startswith("cpu/")]
        self.assertEqual(wrong, [])


class Manners(unittest.TestCase):
    def test_the_library_never_prints(self):
        self.assertEqual(find_in_code(PRINTS, sources("fusebox", "cpu")), [])

    def test_the_library_never_ends_the_process(self):
        never_called = {"fusebox/trace/reflect_count.h"}  # conversions that only stand in unevaluated expressions
        called = [path for path in sources("fusebox", "cpu") if relative(path) not in never_called]
        self.assertEqual(find_in_code(ENDS_PROCESS, called), [])

    def test_no_using_namespace_in_headers(self):
        headers = [path for path in sources("fusebox", "cpu") if path.suffix == ".h"]
        self.assertEqual(find_in_code(re.compile(r"^using\s+namespace\b"), headers), [])

    def test_every_header_says_what_it_is_for(self):
        silent = [relative(path) for path in sources("fusebox", "cpu")
                  if path.suffix == ".h" and not opening_comment(path)]
        self.assertEqual(silent, [])

    def test_every_folder_says_what_it_knows(self):
        folders = [f"fusebox/{folder}" for folder in ORDER] + ["cpu/execute", "cpu/plugin"]
        silent = [folder for folder in folders
                  if any(sources(folder))
                  and not any(re.search(r"\bknows?\b", opening_comment(path), re.IGNORECASE)
                              for path in sources(folder) if path.suffix == ".h")]
        self.assertEqual(silent, [])

    def test_no_file_names_a_machine(self):
        suffixes = (".h", ".cpp", ".c", ".def", ".md", ".txt", ".py", ".cmake", "")
        folders = ("fusebox", "cpu", "apps", "examples", "tests", "bench", "tools", "docs", "scripts", "cmake", ".ci")
        paths = [path for path in ROOT.iterdir()] + [path for folder in folders for path in (ROOT / folder).rglob("*")]
        wrong = [f"{relative(path)}:{number}: {line.strip()}"
                 for path in sorted(paths) if path.is_file() and path.suffix in suffixes and path.name not in ("LICENSE", ".git")
                 for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").split("\n"), 1)
                 if MACHINE_PATH.search(line)]
        self.assertEqual(wrong, [])


def warn_of_long_files():
    for path in sources("fusebox", "cpu", "apps", "examples", "tests", "bench", "tools"):
        count = path.read_text(encoding="utf-8").count("\n")
        if count > MUCH_TOO_LONG and path.suffix != ".def":
            print(f"warning: {relative(path)} has {count} lines, more than {MUCH_TOO_LONG}", file=sys.stderr)


if __name__ == "__main__":
    warn_of_long_files()
    unittest.main()
