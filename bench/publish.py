"""Measure everything again and write every page of figures, in turn: ``python bench/publish.py [--quick]``.

On two cores some three hours, most of it pySHACL and the graphs of ten million triples; ``--quick`` leaves out what is bigger than a
million. Exits 1 where a measurement failed or an aim of ``run.py`` was missed, after the others have been made.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from run import HERE

SMALL = (
    ("run.py",),
    ("validate.py", "--sizes", "30000,1000000", "--pyshacl", "30000", "--write"),
    ("load.py", "1000000", "5", "--write"),
    ("scale.py", "--on-disk", "100000,1000000", "--write"),
)
BIG = (
    ("run.py",),
    ("validate.py", "--pyshacl", "30000,100000,300000", "--write"),
    ("load.py", "1000000", "5", "--write"),
    ("load.py", "10000000", "1", "--write"),
    ("scale.py", "--sizes", "100000,1000000,10000000", "--on-disk", "100000,1000000,10000000", "--patience", "30", "--write"),
)


def main(words: list[str]) -> int:
    """Run each in a process of its own."""
    made = argparse.ArgumentParser(description="Measure everything again and write every page of figures.")
    made.add_argument("--quick", action="store_true", help="nothing bigger than a million triples")
    args = made.parse_args(words)
    failed = []
    for name, *rest in SMALL if args.quick else BIG:
        print("==", name, *rest, file=sys.stderr, flush=True)
        if subprocess.run([sys.executable, str(HERE / name), *rest]).returncode:
            failed.append(name)
    if failed:
        print("failed, or an aim missed:", *failed, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
