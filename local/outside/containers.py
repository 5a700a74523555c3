"""Hands built functions their events in Lambda's container, by `make sam-invoke`: all of the template,
or those that are named.

    make sam-build QUICK=1
    target/debug/local --host 0.0.0.0 --ephemeral &
    .tools/python/bin/python local/outside/containers.py [IvrEntry SmsSend …]
"""

import json
import subprocess
import sys

import sam_environment
from sam_environment import PROJECT
from sam_invoke import problem, summary


def main():
    resources = sam_environment.template()["Resources"]
    names = sys.argv[1:] or [name for name, _, _ in sam_environment.environments()]
    problems = []
    for name in names:
        command = ["make", "--silent", "sam-invoke", f"FUNCTION={name}"]
        invoked = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
        # The answer is the last line; before it may be what the function printed.
        line = (invoked.stdout.strip().splitlines() or [""])[-1]
        log = invoked.stdout + invoked.stderr
        try:
            answer = json.loads(line)
            wrong = problem(resources[name]["Properties"]["Events"], answer, log)
            if name == "RecordingCopy" and "404 Not Found" in log:
                # There is no such recording at Twilio, and it says so.
                wrong = None
        except (ValueError, KeyError, TypeError):
            answer, wrong = line, f"gave no answer\n{log}"
        problems += [f"{name}: {wrong}"] if wrong else []
        print(f"{name:24}{summary(answer)}", flush=True)
    print("\n".join(problems) or f"{len(names)} functions answer their events in Lambda's container.")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
