"""The documents say what the program does."""

import json
import os
import re
import subprocess
import unittest

from support import PROGRAM, ROOT


def keys_of(schema, found):
    """Every key that an object of the schema may have."""
    if isinstance(schema, dict):
        properties = schema.get("properties", {}) if schema.get("type") else {}
        found.update(properties)
        for value in schema.values():
            keys_of(value, found)
    elif isinstance(schema, list):
        for value in schema:
            keys_of(value, found)
    return found


class Docs(unittest.TestCase):
    def test_pages_are_what_make_docs_writes(self):
        for page in ("cli", "catalog"):
            written = subprocess.run([ROOT / "tools" / "make_docs", "--print", page], capture_output=True, text=True, check=True,
                                     env={**os.environ, "FATHOM": os.path.abspath(PROGRAM)}).stdout
            self.assertEqual((ROOT / "docs" / f"{page}.md").read_text(), written, f"docs/{page}.md is stale: run `make docs`")

    def test_cli_page_is_the_same_on_every_machine(self):
        page = (ROOT / "docs" / "cli.md").read_text()
        self.assertNotRegex(page, r"--threads.*\d")

    def schemas(self):
        return sorted((ROOT / "docs" / "schema").glob("*.schema.json"))

    def test_json_page_and_schemas_know_the_same_keys(self):
        page = (ROOT / "docs" / "json.md").read_text()
        for path in self.schemas():
            for key in keys_of(json.loads(path.read_text()), set()):
                self.assertRegex(page, rf"[`{{ .]{re.escape(key)}[`,}}]", f"docs/json.md does not tell what {key} is")

    def test_json_page_names_the_schemas_and_every_value_of_a_choice(self):
        page = (ROOT / "docs" / "json.md").read_text()
        for path in self.schemas():
            self.assertIn(path.name, page)
            for choice in re.findall(r'"enum": \[([^\]]*)\]', path.read_text()):
                for value in json.loads(f"[{choice}]"):
                    self.assertIn(f"`{value}`" if isinstance(value, str) else str(value), page)


if __name__ == "__main__":
    unittest.main()
