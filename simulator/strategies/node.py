"""What all strategy nodes share: the YAML form, the place in the tree, and the generator that drives a child."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)

from simulator.errors import BadInput
from simulator.registry import by_word, family
from simulator.strategies.batch import Answered, Evaluation, Rows
from simulator.strategies.effects import Ask, Effect, Race, Reply, Serving, Turn
from simulator.strategies.ranges import Between, at_share
from simulator.yamlfile import FileModel

_NODES = "simulator.strategies.nodes"
NODE_MARK = "x-strategy-node"
"""Stands in a JSON schema for a tree; see `schema.with_nodes`."""
Place = tuple[str | int, ...]
"""Keys that lead from a node's own mapping to a child, as they stand in the file."""


class NoColumns(BadInput):
    """A tree has a node that is served one request at a time."""


class Node(FileModel):
    """One decision. `serve` yields effects, is sent what came back, and returns the reply that the user gets.

    The word in the file is `kind`; `short` names the option that a bare value stands for (`fallback: [a, b]`).
    """

    kind: str
    short: ClassVar[str | None] = None
    live: ClassVar[bool] = True
    """Whether a load test can send what this node asks for itself."""
    rewrites: ClassVar[bool] = False
    """Whether calls below it carry another prompt than the request's own, so that their answers say nothing of it."""
    races: ClassVar[bool] = False
    """Whether an answer below it came for being quicker than another: its time says nothing of one alone."""
    _path: str = PrivateAttr("")

    @model_validator(mode="after")
    def _holds_at_both_ends(self) -> Self:
        """A range that is allowed as a run takes it, and not at its ends, would fail in some draw only."""
        if any(isinstance(getattr(self, name), Between) for name in type(self).model_fields):
            for share in (0.0, 1.0):
                parse(write(at_share(self, share)))
        return self

    @property
    def path(self) -> str:
        """`routed.retry.classify`: keys randomness and rows of the ledger. Set by `tree.bind`."""
        if not self._path:
            raise RuntimeError(f"bind the tree of this {self.kind!r} node to a strategy's name before it serves")
        return self._path

    @property
    def remembers(self) -> bool:
        """Whether it keeps state across requests, so that it needs them in the order of time."""
        return False

    def serve(self, turn: Turn) -> Serving:
        raise NotImplementedError

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        """`serve` for many requests at once, where no attempt fails. Raises BadInput for a node without that form."""
        del rows, evaluation
        raise NoColumns(
            f"{self.path}: {self.kind} with these options is served one request at a time; it has no columns"
        )

    def asks(self) -> set[str]:
        """Models that this node asks itself, without its children."""
        return set()

    def models(self) -> set[str]:
        """Every model that this tree may ask."""
        return self.asks().union(*(child.models() for child in self.children().values()))

    def embedders(self) -> set[str]:
        """Those of them that are asked for embeddings, and never answer."""
        return set[str]().union(*(child.embedders() for child in self.children().values()))

    def answerers(self) -> set[str]:
        """Those of them that answer, label or judge."""
        return self.models() - self.embedders()

    def tiers(self) -> set[tuple[str, str]]:
        """Models with the service tier that this tree asks them at, where it names one."""
        return set[tuple[str, str]]().union(*(child.tiers() for child in self.children().values()))

    def counts_dollars(self) -> bool:
        """Whether a node of this tree decides by what attempts cost, so that its driver needs a tariff."""
        return any(child.counts_dollars() for child in self.children().values())

    def needs_validator(self) -> bool:
        """Whether a node of this tree asks if an answer passed the scenario's validator."""
        return any(child.needs_validator() for child in self.children().values())

    def reads_answers(self) -> bool:
        """Whether a node of this tree decides by an answer's text, which no row keeps."""
        return any(child.reads_answers() for child in self.children().values())

    def cautions(self) -> list[str]:
        """What this tree leaves to chance, in words that go beside its figures."""
        return [caution for child in self.children().values() for caution in child.cautions()]

    def providers(self) -> set[tuple[str, str]]:
        """Models with the provider that this tree asks them of, where it names one: another may ask another price."""
        return set[tuple[str, str]]().union(*(child.providers() for child in self.children().values()))

    def unsent(self) -> "Node | None":
        """A node of this tree that a load test cannot send."""
        return self if not self.live else next(filter(None, (one.unsent() for one in self.children().values())), None)

    def children(self) -> dict[Place, "Node"]:
        """The nodes right below this one, by their place in the file."""
        found: dict[Place, Node] = {}

        def keep(child: Node, place: Place) -> Node:
            found[place] = child
            return child

        self.with_children(keep)
        return found

    def with_children(self, change: Callable[["Node", Place], "Node"]) -> Self:
        """A copy whose children went through `change`; `_path` is kept."""
        names = type(self).model_fields
        return self.model_copy(update={name: _changed(getattr(self, name), change, (name,)) for name in names})

    def form(self) -> Any:
        """The node as it is written in a file."""
        options = self.model_dump(exclude={"kind": True, **_unsaid(self)}, by_alias=True, mode="json")
        bare = options.get(self.short) if self.short and len(options) == 1 else None
        return bare if isinstance(bare, (str, list)) else options  # a bare mapping would read as the options


def _unsaid(part: BaseModel) -> dict[str, Any]:
    """Options that are as if nothing was written; a range whose middle happens to be the default says more."""
    found: dict[str, Any] = {}
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if isinstance(value, BaseModel) and not isinstance(value, Node):
            found[name] = _unsaid(value)
        elif not isinstance(value, Between) and not field.is_required() and value == field.default:
            found[name] = True
    return found


def through(serving: Serving, carry_out: Callable[[Effect], Generator[Effect, Reply | None, Reply | None]]) -> Serving:
    """Drive a child: each effect it yields goes through `carry_out`, whose result the child is sent."""
    try:
        effect = next(serving)
        while True:
            effect = serving.send((yield from carry_out(effect)))
    except StopIteration as stop:
        reply: Reply = stop.value
        return reply


def with_asks(serving: Serving, change: Callable[[Ask], Ask]) -> Serving:
    """Drive a child with every call that it asks for changed, also those in a race."""

    def carry_out(effect: Effect) -> Generator[Effect, Reply | None, Reply | None]:
        return (yield change_asks(effect, change))

    return through(serving, carry_out)


def change_asks(effect: Effect, change: Callable[[Ask], Ask]) -> Effect:
    """The effect with its calls changed; a wait stays as it is."""
    if isinstance(effect, Ask):
        return change(effect)
    return replace(effect, asks=tuple(map(change, effect.asks))) if isinstance(effect, Race) else effect


def _changed(value: Any, change: Callable[[Node, Place], Node], place: Place) -> Any:
    """`value` with every node in it changed: through lists, mappings and plain models, but not into nodes."""
    if isinstance(value, Node):
        return change(value, place)
    if isinstance(value, dict):
        return {key: _changed(inner, change, (*place, key)) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_changed(inner, change, (*place, index)) for index, inner in enumerate(value))
    if isinstance(value, BaseModel):
        names = type(value).model_fields
        return value.model_copy(update={n: _changed(getattr(value, n), change, (*place, n)) for n in names})
    return value


@cache
def _union() -> TypeAdapter[Node]:
    # Late, because the union needs every node file and every node file needs `Child`.
    return TypeAdapter(family(_NODES, Node))


@cache
def words() -> Mapping[str, type[Node]]:
    """Node word → class, from the folder of nodes and the entry-point group `tenfold.nodes`."""
    return by_word(_NODES, Node)


def parse(value: Any) -> Node:
    """One value of `strategies:`: a name, or a mapping with exactly one node word. Raises ValueError."""
    if isinstance(value, Node):
        return value
    if isinstance(value, str):
        return _union().validate_python({"kind": "call", "model": value})
    if not isinstance(value, Mapping) or len(value) != 1:
        raise ValueError(f"a node is a model's name or a mapping with one node word: {', '.join(sorted(words()))}")
    ((word, options),) = value.items()
    return _union().validate_python(_spread(str(word), options))


def _spread(word: str, options: Any) -> dict[str, Any]:
    """`retry: {of: …}` → `{kind: retry, of: …}`, which is what the union of nodes tells apart."""
    kind = words().get(word)
    if kind is None:
        close = get_close_matches(word, words(), n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(sorted(words()))}"
        raise ValueError(f"unknown node word {word!r}; {hint}")
    if kind.short is not None and (not isinstance(options, Mapping) or _is_node(options, kind)):
        return {kind.short: options, "kind": word}
    if not isinstance(options, Mapping) or "kind" in options:
        raise ValueError(f"{word}: needs a mapping of its options: {', '.join(_options(kind))}")
    return {**options, "kind": word}


def _is_node(options: Mapping[Any, Any], kind: type[Node]) -> bool:
    """Whether `retry: {fallback: [a, b]}` leaves `of:` out: one key, a node word and no option of `kind`."""
    return len(options) == 1 and next(iter(options)) in words() and next(iter(options)) not in _options(kind)


def _options(kind: type[Node]) -> list[str]:
    return [field.alias or name for name, field in kind.model_fields.items() if name != "kind"]


def write(node: Node) -> Any:
    """The inverse of `parse`."""
    form = node.form()
    return form if node.kind == "call" and isinstance(form, str) else {node.kind: form}


Child = Annotated[
    Node,
    PlainValidator(parse),
    PlainSerializer(write),
    WithJsonSchema({"type": ["string", "object"], NODE_MARK: True}),
]
"""A node below another: the annotation of every option that takes a strategy."""
