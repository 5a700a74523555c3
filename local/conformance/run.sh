#!/bin/sh
# Installs Schemathesis here, once, and holds a stack of its own to the API's description.
# The local stack must be built: `cargo build --workspace`.
set -eu
cd "$(dirname "$0")"
if ! cmp -s requirements.txt .venv/requirements.txt; then
  python3 -m venv --clear .venv
  .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement requirements.txt
  cp requirements.txt .venv/requirements.txt
fi
exec .venv/bin/python conformance.py "$@"
