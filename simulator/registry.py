"""A folder of one-class files becomes a family: a new file is a new member, nothing else is edited."""

import importlib
import inspect
import pkgutil
from functools import reduce
from importlib.metadata import EntryPoint, entry_points
from operator import or_
from types import ModuleType
from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field

from simulator.errors import Precondition


def modules(package: str) -> list[ModuleType]:
    """Every module of `package`, then those of its entry-point group, imported.

    The group is named `tenfold.<folder>`, so an outside package extends a family by one line of its own metadata.
    Raises `Precondition` where an outside module cannot be loaded.
    """
    folder = importlib.import_module(package)
    ours = [importlib.import_module(one.name) for one in pkgutil.iter_modules(folder.__path__, package + ".")]
    return [*ours, *outside(package).values()]


def outside(package: str) -> dict[str, Any]:
    """What installed packages add to a folder, by the names of their entry points."""
    return {point.name: _loaded(point) for point in entry_points(group=f"tenfold.{package.rpartition('.')[2]}")}


def members(package: str, base: type[Any]) -> list[type[Any]]:
    """The subclasses of `base` in `modules(package)` that leave nothing abstract, by name."""
    modules(package)
    return sorted(_concrete(base), key=lambda kind: kind.__name__)


def by_word(package: str, base: type[Any], tag: str = "kind") -> dict[str, type[Any]]:
    """Members by the word that files call them by, an attribute or literal field `tag`; a base without one is none.

    Raises `Precondition` where two take the same word.
    """
    found: dict[str, type[Any]] = {}
    for kind in members(package, base):
        word = _word(kind, tag)
        other = found.setdefault(word, kind) if word else kind
        if other is not kind:
            both = " and ".join(f"{one.__module__}.{one.__qualname__}" for one in (other, kind))
            raise Precondition(f"{both} are both called {word!r}; uninstall one, or give it another {tag}")
    return found


def family(package: str, base: type[BaseModel], tag: str = "kind") -> Any:
    """The union of all models in a folder, told apart by the literal field `tag`."""
    kinds = list(by_word(package, base, tag).values())
    return Annotated[reduce(or_, kinds), Field(discriminator=tag)] if len(kinds) > 1 else kinds[0]


def _loaded(point: EntryPoint) -> Any:
    try:
        return point.load()
    except Exception as error:
        whose = point.dist.name if point.dist else "an installed package"
        why = f"{point.value} of {whose} extends {point.group} and cannot be loaded: {type(error).__name__}: {error}"
        raise Precondition(f"{why}; mend it or uninstall it") from error


def _concrete(base: type[Any]) -> set[type[Any]]:
    found = {kind for child in base.__subclasses__() for kind in _concrete(child)}
    return found if inspect.isabstract(base) else found | {base}


def _word(kind: type[Any], tag: str) -> str | None:
    field = getattr(kind, "model_fields", {}).get(tag)
    words = get_args(field.annotation) if field else (getattr(kind, tag, None),)
    return words[0] if words else None
