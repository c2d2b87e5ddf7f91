"""Refuse what must never be committed: paths of one machine, package hosts, keys; notebook outputs are read too."""

import re
import subprocess
import sys
from pathlib import Path

FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:work|farm|tmp|root|home/\w+|Users/\w+)/[\w.-]"),
    "a package registry's host": re.compile(
        r"\b(?:pypi|files\.pythonhosted|registry\.npmjs|deb\.debian)\.(?:org|com)\b"
    ),
    "something that looks like a key": re.compile(r"\b(?:sk|pk)-(?:proj-|ant-)?[A-Za-z0-9_-]{24,}\b"),
}
BINARY = {".parquet", ".gz", ".png", ".xlsx"}


def problems(root: Path) -> list[str]:
    """One `file:line: what` for each forbidden thing in the files that git tracks or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    found = []
    for name in listed.stdout.splitlines():
        path = root / name
        if path.suffix in BINARY or not path.is_file() or path == Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            found += [f"{name}:{number}: {what}" for what, pattern in FORBIDDEN.items() if pattern.search(line)]
    return found


if __name__ == "__main__":
    lines = problems(Path(__file__).resolve().parents[1])
    print("\n".join(lines) or "no machine paths, hosts or keys in the tree")
    sys.exit(bool(lines))
