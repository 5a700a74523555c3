"""Lints what CloudFormation gets: the template after SAM's transform.

A function's environment that refers to the HTTP API is a circular dependency which `sam validate
--lint` does not see, because the reference back is made by the transform.
"""

import json
import os
import subprocess
import sys
import tempfile

from samcli.yamlhelper import yaml_parse
from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")


class NoManagedPolicies(ManagedPolicyLoader):
    """The template names none, and looking them up needs an AWS account."""

    def __init__(self):
        super().__init__(None)

    def load(self):
        return {}


with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml_parse(file.read())
# SAM CLI uploads the code and puts its address here before the transform.
template["Globals"]["Function"]["CodeUri"] = "s3://bucket/code"
transformed = transform(template, {}, NoManagedPolicies())

with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
    json.dump(transformed, file)
    file.flush()
    linted = subprocess.run([os.path.join(os.path.dirname(sys.executable), "cfn-lint"), file.name])
sys.exit(linted.returncode)
