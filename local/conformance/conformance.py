"""Holds the API to its own description: who may what, then Schemathesis over every operation."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import requests

import scopes
from stack import CUSTOMERS, PROJECT, Stack, furnish

HERE = Path(__file__).resolve().parent


def main():
    with Stack(PROJECT / "target/conformance.log") as stack:
        token = stack.token(*scopes.SCOPES)
        numbers = {"numbers": CUSTOMERS, "erasable": CUSTOMERS[-1:]}
        values = furnish(stack, token) | numbers
        document = requests.get(f"{stack.api}/api/openapi.json", timeout=10).json()
        problems = scopes.check(stack, document, values)
        print("\n".join(problems) or "Each operation wants its scope, and writes nothing without.")
        # What the check of scopes erased.
        values = furnish(stack, token) | numbers
        failed = schemathesis(stack, token, values)
    sys.exit(1 if problems or failed else 0)


def schemathesis(stack, token, values):
    """With the values that lead to what is there, which a generator of texts does not find."""
    config = (HERE / "schemathesis.toml").read_text()
    for name, known in values.items():
        config += f"\n[dictionaries.{name}]\nvalues = {json.dumps(known)}\n"
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(config)
        file.flush()
        command = [HERE / ".venv/bin/schemathesis", "--config-file", file.name, "run"]
        command += [f"{stack.api}/api/openapi.json", "--header", f"Authorization: Bearer {token}"]
        return subprocess.run([*command, *sys.argv[1:]], cwd=HERE).returncode


if __name__ == "__main__":
    main()
