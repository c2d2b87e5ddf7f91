"""Any strategy that composes: what property tests draw."""

from typing import Any

from hypothesis import strategies as st

Trees = st.SearchStrategy[Any]
_SHARES = st.sampled_from(["0%", "40%", "75%"])
_RULES = st.sampled_from(["turn > 1", "input_tokens > 100", "difficulty = hard", "journey = chat and turn < 2"])


def trees(large: str, small: str, embedder: str) -> Trees:
    """A strategy as its YAML is read, of every node that a recording can answer."""
    models = st.sampled_from([large, small])
    return st.recursive(_leaves(models), lambda child: _nodes(child, models, st.just(embedder)), max_leaves=6)


def _leaves(models: Trees) -> Trees:
    call = _map({"model": models}, timeout=st.sampled_from(["3s", "60s"]))
    race = _map({"of": st.lists(models, min_size=2, max_size=2), "after": st.just("20ms")})
    return st.one_of(
        models, _node("call", call), _node("race", race), st.just({"human": {"cost": "$4", "takes": "1s"}})
    )


def _nodes(child: Trees, models: Trees, embedder: Trees) -> Trees:
    some = st.lists(child, min_size=2, max_size=3)
    routes = _map({"easy": child, "hard": child}, medium=child)
    branches = st.lists(_map({"when": _RULES, "use": child}), min_size=1, max_size=2)
    half = _map({"share": st.just("50%"), "of": child})
    passes = st.sampled_from(["finished", "valid"]) | _map({"assumed": _map({"easy": _SHARES, "hard": _SHARES})})
    judge = _map({"with": models}, unsure=st.just("accept"), timeout=st.just("4s"))
    label = _map({"with": models, "routes": routes, "otherwise": st.just("hard")}, sees=st.just("last_turn"))
    split = _map({"by": st.sampled_from(["request", "session", "user"]), "parts": _map({"a": half, "b": half})})
    score = _map({"weak": child, "strong": child, "threshold": _SHARES, "auc": st.just("80%")})
    shorter = _map({"over": st.just(80), "to": st.just(40), "of": child}, **{"with": models})
    longer = _map({"of": child, "chunk_tokens": st.just(50)}, **{"with": embedder})
    return st.one_of(
        _node("retry", _map({"of": child, "times": st.integers(1, 3), "backoff": st.just("50ms")})),
        _node("fallback", some),
        _node("classify", label),
        _node("route", _map({"branches": branches, "otherwise": child})),
        _node("split", split),
        _node("cascade", _map({"of": some, "accept": passes}, judge=judge)),
        _node("cache", _map({"hits": _SHARES, "of": child})),
        _node("semantic", _map({"with": embedder, "hits": _SHARES, "of": child})),
        _node("retrieve", longer),
        _node("compress", shorter),
        _node("score", score),
        _node("batch", _map({"of": child, "deadline": st.just("2h")})),
    )


def _map(needed: dict[str, Trees], **optional: Trees) -> Trees:
    return st.fixed_dictionaries(needed, optional=optional)


def _node(word: str, value: Trees) -> Trees:
    return value.map(lambda given: {word: given})
