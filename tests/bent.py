"""Files with one value bent: what a reader has to take, or refuse with its place."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

_JUNK: list[Any] = [
    None, True, 0, -1, 1.5, "NaN", "", "x", "50%", "-3%", "1e400", "10..20", "20..10", "1s..2s", "$5", [], [1], [None],
    {}, {"a": 1}, {"call": {}}, "../x", "é☃", "\ud83d", 10**30, "2026-13-45", "1/s", "10%..30%..20%",
]  # fmt: skip


@st.composite
def bent(draw: st.DrawFn, content: Any) -> Any:
    """A copy of `content` in which one value, wherever it stands, is another, or is gone."""
    copy = deepcopy(content)
    holder, key = draw(st.sampled_from(list(_places(copy))))
    if draw(st.integers(0, 4)):
        holder[key] = deepcopy(draw(st.sampled_from(_JUNK)))
    else:
        del holder[key]
    return copy


def _places(content: Any) -> Iterator[tuple[Any, Any]]:
    inside = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in list(inside):
        yield content, key
        if isinstance(value, dict | list):
            yield from _places(value)
