"""Colours of charts and pages, as CSS variables: one drawing serves light, dark and print."""

LIGHT = {
    "ink": "#1b1f24",
    "muted": "#57606a",
    "grid": "#d8dee4",
    "paper": "#ffffff",
    "card": "#f6f8fa",
    "good": "#1a7f37",
    "bad": "#b42318",
    "warn": "#8a5a00",
    "series-1": "#0b6e99",
    "series-2": "#c23b4e",
    "series-3": "#a8680c",
    "series-4": "#3d8361",
    "series-5": "#6f4e9c",
    "series-6": "#6b7684",
}
DARK = {
    "ink": "#e6edf3",
    "muted": "#9aa4af",
    "grid": "#2b313a",
    "paper": "#0d1117",
    "card": "#161b22",
    "good": "#56d364",
    "bad": "#ff8a80",
    "warn": "#e3b341",
    "series-1": "#58b6e0",
    "series-2": "#ff8592",
    "series-3": "#e3b341",
    "series-4": "#6fcf97",
    "series-5": "#b99ae6",
    "series-6": "#a3adb8",
}

INK, MUTED, GRID, PAPER = "#010101", "#020202", "#030303", "#fefefe"
SERIES = ("#0b6e01", "#0b6e02", "#0b6e03", "#0b6e04", "#0b6e05", "#0b6e06")
"""What charts are drawn with: no colour of its own, replaced by a variable afterwards (`themed`)."""
_VARIABLES = {INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper"} | {
    sentinel: f"series-{number}" for number, sentinel in enumerate(SERIES, 1)
}


def themed(svg: str) -> str:
    """The drawing with its colours taken from the page."""
    for sentinel, variable in _VARIABLES.items():
        svg = svg.replace(sentinel, f"var(--{variable})")
    return svg


def variables() -> str:
    """The style sheet that gives the variables their values: light, dark on request of the reader, light in print."""
    light, dark = _rules(LIGHT), _rules(DARK)
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
        f"@media print{{:root{{color-scheme:light;{light}}}}}\n"
    )


def _rules(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())
