"""What the documentation claims that can be looked up: files, commands, flags of make, environment variables.

    python3 tests/docs/docs_test.py
"""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# Paths that are made by building or downloading, or named by the reader.
MADE = ("build/",)


def prose(path):
    """The text without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


class Documents(unittest.TestCase):
    def test_links_lead_somewhere(self):
        broken = [f"{path.name}: {target}"
                  for path in DOCUMENTS
                  for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose(path))
                  if "://" not in target and not (path.parent / target).exists()]
        self.assertEqual(broken, [])

    def test_named_files_are_there(self):
        names = re.compile(r"`((?:fusebox|apps|tests|examples|docs|bench|scripts|cmake)/[\w./-]*[\w/])`")
        missing = [f"{path.name}: {name}"
                   for path in DOCUMENTS
                   for name in names.findall(prose(path))
                   if not name.startswith(MADE) and not (ROOT / name).exists()]
        self.assertEqual(missing, [])

    def test_every_document_is_found_from_the_readme(self):
        unnamed = [path.name for path in DOCUMENTS[1:] if f"docs/{path.name}" not in README]
        self.assertEqual(unnamed, [])

    def test_the_readme_has_every_command(self):
        commands = re.findall(r'^    \{"(\w+)", ', (ROOT / "apps/main.cpp").read_text(encoding="utf-8"), re.MULTILINE)
        self.assertTrue(commands)
        self.assertEqual(re.findall(r"^\| `fusebox (\w+)", README, re.MULTILINE), commands)

    def test_the_readme_has_every_exit_code(self):
        codes = re.findall(r"^  k\w+ = (\d+),", (ROOT / "apps/command.h").read_text(encoding="utf-8"), re.MULTILINE)
        self.assertTrue(codes)
        self.assertEqual(re.findall(r"^\| (\d+) \|", README, re.MULTILINE), codes)

    def test_the_environment_is_what_the_code_reads(self):
        code = "".join(path.read_text(encoding="utf-8")
                       for folder in ("fusebox", "apps") for path in (ROOT / folder).rglob("*.cpp"))
        read = set(re.findall(r'"(FUSEBOX_[A-Z]+|NO_COLOR)"', code))
        told = set(re.findall(r"^\| `(FUSEBOX_[A-Z]+|NO_COLOR)\b", README, re.MULTILINE))
        self.assertLessEqual(read, told, "read by the code, not in the README")
        self.assertEqual([name for name in told if name not in code], [], "in the README, not in the code")


if __name__ == "__main__":
    unittest.main()
