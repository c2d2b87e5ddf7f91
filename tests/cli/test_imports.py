import subprocess
import sys

HEAVY = ("numpy", "pandas", "pyarrow", "matplotlib", "tiktoken", "locust", "aiohttp")


def test_the_command_line_answers_before_anything_heavy_is_loaded() -> None:
    """`--help`, completion and a mistyped flag need none of it."""
    script = (
        "import sys\n"
        "from simulator.cli import launching, money, prices, reading, side_by_side, tools, traces, verdict\n"
        f"print(*(name for name in {HEAVY} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []
