"""`make test`: first what needs no speech model, side by side, then real speech, one at a time, then the coverage."""

import os
import subprocess
import sys

# Figures taken while the other core is busy with another test would not mean anything.
ROUNDS = (
    ("-m", "not speech and not long and not timing", "-n", "2", "--dist", "loadfile"),
    ("-m", "(speech or timing) and not long",),
)


def run(*arguments: str) -> int:
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, check=False).returncode


def main() -> int:
    run("coverage", "erase")
    # Coverage by `sys.monitoring` where Python has it costs next to nothing; before 3.12 it is the C tracer.
    os.environ.setdefault("COVERAGE_CORE", "sysmon" if sys.version_info >= (3, 12) else "ctrace")
    extra = sys.argv[1:]
    failed = 0
    for arguments in ROUNDS:
        code = run("coverage", "run", "-m", "pytest", "-q", *arguments, *extra) if "-n" not in arguments else run(
            "pytest", "-q", "--cov", "--cov-report=", *arguments, *extra
        )
        failed |= code not in (0, 5)
    run("coverage", "combine", "--quiet", "--append")
    run("coverage", "report")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
