"""A folder of one-class files becomes a discriminated union: a new file is a new kind, nothing else is edited."""

import importlib
import pkgutil
from functools import reduce
from importlib.metadata import entry_points
from operator import or_
from typing import Annotated, Any

from pydantic import BaseModel, Field


def members(package: str, base: type[Any]) -> list[type[Any]]:
    """Import every module of `package` and of its entry-point group; return the concrete subclasses of `base`.

    The group is named `tenfold.<folder>`, so an outside package extends a family by one line of its own metadata.
    """
    folder = importlib.import_module(package)
    for module in pkgutil.iter_modules(folder.__path__, package + "."):
        importlib.import_module(module.name)
    for point in entry_points(group=f"tenfold.{package.rpartition('.')[2]}"):
        point.load()
    return sorted(_concrete(base), key=lambda kind: kind.__name__)


def family(package: str, base: type[BaseModel], tag: str = "kind") -> Any:
    """The union of all models in a folder, told apart by the literal field `tag`."""
    kinds = members(package, base)
    return Annotated[reduce(or_, kinds), Field(discriminator=tag)] if len(kinds) > 1 else kinds[0]


def _concrete(base: type[Any]) -> set[type[Any]]:
    found = {kind for child in base.__subclasses__() for kind in _concrete(child)}
    return found or {base}
