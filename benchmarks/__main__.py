"""`make bench`: all benchmarks one after the other, or those that are named."""

import argparse
import importlib
import sys

ALL = {
    "relay": "benchmarks.relay.run",
    "speech": "benchmarks.speech.run",
    "conversations": "benchmarks.conversations",
    "store": "benchmarks.store_bench",
    "page": "benchmarks.page.run",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        choices=[[], *ALL],
        help="relay, speech, conversations, store, page; all of them when none is named",
    )
    arguments = parser.parse_args()
    failed = 0
    for name in arguments.names or ALL:
        print(f"\n== {name}", flush=True)
        failed |= int(importlib.import_module(ALL[name]).main() or 0)
    return failed


if __name__ == "__main__":
    sys.exit(main())
