"""`make test`: first what needs no speech model, side by side, then real speech and what measures time, one at a time.

Figures that are taken while the other core is busy with another test would mean nothing.
"""

import subprocess
import sys

SIDE_BY_SIDE = ("-m", "not speech and not timing and not long", "-n", "2", "--dist", "loadfile")
ONE_AT_A_TIME = ("-m", "(speech or timing) and not long", "-p", "no:xdist")
NO_TESTS = 5


def run(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", *arguments], check=False).returncode


def main() -> int:
    run("coverage", "erase")
    failed = False
    for which in (SIDE_BY_SIDE, ONE_AT_A_TIME):
        code = run("pytest", "-q", "--cov", "--cov-append", "--cov-report=", "--durations=5", *which, *sys.argv[1:])
        failed = failed or code not in (0, NO_TESTS)
    run("coverage", "report")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
