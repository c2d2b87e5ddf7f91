"""`make bench`: every benchmark of this folder, one after another. `python -m tests.bench traffic spend` runs some."""

import importlib
import pkgutil
import sys

import tests.bench

LONG = {"intervals", "peers", "soak"}
"""Take many minutes; the last two have targets of their own in the Makefile."""


def main(wanted: list[str]) -> int:
    names = [module.name for module in pkgutil.iter_modules(tests.bench.__path__) if not module.name.startswith("_")]
    unknown = set(wanted) - set(names)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(names)}", file=sys.stderr)
        return 2
    for name in wanted or [name for name in names if name not in LONG]:
        print(f"\n== {name}")
        for line in importlib.import_module(f"tests.bench.{name}").run():
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
