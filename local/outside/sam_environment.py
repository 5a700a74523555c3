"""What SAM CLI makes of `template.yaml` and `events/sam-local.json`, by SAM CLI's own code."""

import functools
import json
import logging
import os
import sys
from pathlib import Path

from samcli.commands._utils.template import get_template_data
from samcli.commands.local.lib.local_lambda import LocalLambdaRunner

PROJECT = Path(__file__).resolve().parents[2]
sys.path += [str(PROJECT / "events"), str(PROJECT / "local/conformance")]

from sam_local import FILE, TEMPLATE, functions, kebab  # noqa: E402

logging.getLogger("samcli").setLevel(logging.ERROR)

# The secret of every access key of the local stack; a function's access key id is its name.
SECRET_ACCESS_KEY = "local-secret-access-key"


@functools.cache
def template() -> dict:
    """The template, with intrinsic functions in their long form."""
    return get_template_data(str(TEMPLATE))


@functools.cache
def environments() -> list[tuple[str, dict[str, str], int]]:
    """Each function of the template: its name, the variables that it has in the container of
    `make sam-invoke FUNCTION=…`, and its timeout in seconds."""
    overrides = json.loads(FILE.read_text())
    provider = functions()
    found = []
    for function in provider.get_all():
        # As the Makefile sets them.
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            os.environ.pop(name, None)
        os.environ["AWS_ACCESS_KEY_ID"] = kebab(function.name)
        os.environ["AWS_SECRET_ACCESS_KEY"] = SECRET_ACCESS_KEY
        root = str(PROJECT)
        runner = LocalLambdaRunner(None, provider, root, root, env_vars_values=overrides)
        config = runner.get_invoke_config(function)
        found.append((function.name, config.env_vars.resolve(), config.timeout))
    return found
