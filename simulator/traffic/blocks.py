"""Ids of prompt blocks: equal ids stand for byte-equal text, which is what a provider's prefix cache works on.

A generated prompt is one long stream of tokens: the system prompt, then the session's messages and planned answers.
It is cut into blocks of `SIZE` tokens; only full blocks have an id. A block inside the system prompt is named after the
prompt (the same in every session), any other after its session. The id depends on the name and the position alone, so
the next turn's ids begin with this turn's. Where an app sends no history, each turn after the first has its own name.

A clone (`s12#3`) keeps shared ids and renames the session's own: more users do not mean more cache hits.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from simulator import draws
from simulator.traffic import keys
from simulator.traffic.request import Request

SIZE = 64
"""Tokens per block of generated traffic; prompt caches work in steps of 64 to 128."""
_MASK = (1 << 63) - 1
"""Ids are stored as int64."""

Ids = npt.NDArray[np.int64]


def of_prompt(name: str, index: int) -> int:
    """Block `index` of the system prompt called `name`."""
    return draws.mix(draws.fold(f"prompt:{name}") + index) & _MASK


def of_session(session_id: str, index: int, *, alone: int | None = None) -> int:
    """Block `index` of a session, renamed once for every `#` of a clone's id.

    `alone`: the number of a turn that sends no history, and so has a stream of its own.
    """
    original, *clones = session_id.split("#")
    block = draws.mix(_session_key(original if alone is None else f"{original}.t{alone}") + index) & _MASK
    for clone in clones:
        block = draws.mix(block ^ draws.fold(clone)) & _MASK
    return block


@lru_cache(maxsize=65536)
def _session_key(original: str) -> int:
    return draws.fold(f"session:{original}")


def array(folded: keys.Keys, index: npt.NDArray[np.int64]) -> Ids:
    """Ids for folded names (`prompt:…`, `session:…`) and positions."""
    return _stored(keys.mix(folded + index.view(np.uint64)))


def renamed(ids: Ids, clone: str) -> Ids:
    """The ids of a clone's own blocks."""
    return _stored(keys.mix(ids.view(np.uint64) ^ np.uint64(draws.fold(clone))))


def _stored(mixed: keys.Keys) -> Ids:
    return (mixed & np.uint64(_MASK)).view(np.int64)


def prefix(
    request: Request, *, sees: str = "all", instructions: str | None = None, instructions_tokens: int = 0
) -> list[tuple[int, int]]:
    """What a prefix cache may hold of the prompt that a call sends: ids with their tokens, from its start.

    Instructions stand first, as text or as so many synthetic tokens, so every block behind them begins another prefix
    than in the bare prompt: a classifier's call shares its beginning with other calls of that classifier, never with
    the answer's. A call that sees the last turn alone shares its instructions only.
    """
    size = request.block_size or SIZE
    ids = request.prefix_hashes if sees == "all" else ()
    if not (instructions or instructions_tokens):
        return [(block, size) for block in ids]
    space = draws.fold(f"instructions:{instructions or instructions_tokens}")
    ahead = [(space & _MASK, instructions_tokens)] if instructions_tokens else []
    return ahead + [(draws.mix(block ^ space) & _MASK, size) for block in ids]
