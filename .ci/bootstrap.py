"""Builds functions for Lambda, and hands SAM the binaries that Lambda can run.

    bootstrap.py cargo [FUNCTION]       cargo's arguments that build one function, or all in one go
    bootstrap.py build FUNCTION FOLDER  FUNCTION's checked binary as FOLDER/bootstrap
    bootstrap.py name FUNCTION          SmsSend: sms-send

`make sam-build` builds all functions with one call of cargo, because a call for each would build
the dependencies with that function's features each time; it says so with FUNCTIONS_ARE_BUILT, and
`build` then only copies. A `sam build SmsSend` by hand does not, and `build` calls cargo, which
knows whether the binary is older than what it is made of. QUICK=1 takes the profile `quick`.
Nothing here but Python 3.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Amazon Linux 2023's glibc: Lambda's runtime provided.al2023.
GLIBC = (2, 34)
# e_machine of an ELF header, by the names that templates have for them.
MACHINES = {62: "x86_64", 183: "arm64"}
# Mach-O, of one architecture in either byte order, or of several.
MACH_O = {"feedface", "feedfacf", "cefaedfe", "cffaedfe", "cafebabe", "cafebabf"}
ELSEWHERE = "build on Linux or in CI, or cross-compile with `cargo zigbuild`"


class Refused(Exception):
    """Lambda could not start this binary; says why and what to do."""


def kebab(name):
    """A resource of the template, IvrEntry, as its folder, package and binary: ivr-entry."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def architecture(template):
    """What the functions of a template run on: x86_64 or arm64."""
    named = set(re.findall(r"^\s*Architectures:\s*\[\s*(\w+)\s*\]", template, re.MULTILINE))
    if len(named) != 1:
        raise Refused(f"the template names {sorted(named)} as Architectures, instead of one")
    return named.pop()


def check(name, binary, wanted):
    """Refuses a binary that Lambda's runtime on the architecture `wanted` could not start."""
    if binary[:4].hex() in MACH_O:
        raise Refused(f"{name} is a program for macOS, and Lambda runs Linux: {ELSEWHERE}")
    if binary[:4] != b"\x7fELF" or len(binary) < 20:
        raise Refused(f"{name} is no program for Linux (no ELF header): {ELSEWHERE}")
    order = {1: "little", 2: "big"}.get(binary[5], "little")
    number = int.from_bytes(binary[18:20], order)
    machine = MACHINES.get(number, f"machine {number}")
    if machine != wanted:
        raise Refused(
            f"{name} is built for {machine}, and template.yaml says {wanted}: {ELSEWHERE} for "
            f"{wanted}, or change Architectures in template.yaml"
        )
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", binary)
    needed = max(((int(major), int(minor)) for major, minor in versions), default=GLIBC)
    if needed > GLIBC:
        raise Refused(
            f"{name} needs GLIBC_{needed[0]}.{needed[1]}, and Lambda has GLIBC_{GLIBC[0]}.{GLIBC[1]}: "
            "build on Debian 12 or Amazon Linux 2023"
        )


def profile():
    """The cargo profile to build with, which is also its folder's name."""
    return "quick" if os.environ.get("QUICK") else "release"


def cargo(packages):
    """The arguments of cargo that build these packages as they are deployed."""
    chosen = [argument for package in packages for argument in ("--package", package)]
    return ["build", "--profile", profile(), "--locked", *chosen]


def build(function, folder):
    """Puts a function's binary where SAM takes it from, built unless that is done."""
    name = kebab(function)
    if not os.environ.get("FUNCTIONS_ARE_BUILT"):
        subprocess.run(["cargo", *cargo([name])], cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = target / profile() / name
    if not built.is_file():
        raise Refused(f"there is no {built}: `make sam-build` builds all functions")
    check(name, built.read_bytes(), architecture((ROOT / "template.yaml").read_text("utf-8")))
    shutil.copy2(built, Path(folder) / "bootstrap")


def main(command=None, function=None, folder=None):
    if command == "cargo" and not folder:
        everything = sorted(path.parent.name for path in ROOT.glob("functions/*/Cargo.toml"))
        print(*cargo([kebab(function)] if function else everything))
    elif command == "build" and folder:
        build(function, folder)
    elif command == "name" and function and not folder:
        print(kebab(function))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:4])
    except Refused as refused:
        sys.exit(str(refused))
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.returncode)
