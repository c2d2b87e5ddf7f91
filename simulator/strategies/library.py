"""Strategies from a file of their own: Tenfold's form, or the configuration of a router that a team already runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import ValidationError, model_validator
from yamlcore import CoreLoader

from simulator import yamlfile
from simulator.errors import BadInput, InvalidFile
from simulator.registry import members
from simulator.strategies.axis import Axis, Sweeps
from simulator.strategies.importer import Importer
from simulator.strategies.node import Node
from simulator.strategies.tree import Strategies
from simulator.strategies.variants import refuse_unknown


class StrategyFile(yamlfile.FileModel):
    """A file of its own: strategies, and what to try them at."""

    strategies: Strategies
    sweep: Sweeps = {}
    """Option by its path → the values that `compare --try` prices it at, as with `--sweep`."""

    @model_validator(mode="after")
    def _moves_what_is_there(self) -> Self:
        refuse_unknown(self.strategies, self.sweep)
        return self


@dataclass(frozen=True, slots=True)
class Library:
    """Strategies by name, bound and ready to serve; `notes` say what an importer could not take over."""

    strategies: Mapping[str, Node]
    notes: list[str] = field(default_factory=list)
    sweep: tuple[Axis, ...] = ()
    """What the file asks to be swept."""

    @classmethod
    def load(cls, path: Path) -> "Library":
        """Read YAML or JSON. Raises InvalidFile with every problem and its place."""
        text = yamlfile.read_text(path, missing="scenarios/strategies/ has some to copy")
        content = _content(text)
        for importer in members("simulator.strategies.importers", Importer):
            if importer.recognises(content):
                return _imported(importer, text, path)
        read = yamlfile.parse(text, StrategyFile, name=str(path))
        return cls(read.strategies, sweep=Axis.of(read.sweep))


def _content(text: str) -> Mapping[str, Any]:
    """Enough of a file to recognise it; one that cannot be read is nobody's configuration."""
    try:
        content = yaml.load(text, CoreLoader)  # noqa: S506  # a safe loader: the core schema only
    except yaml.YAMLError:
        return {}
    return content if isinstance(content, Mapping) else {}


def _imported(importer: type[Importer], text: str, path: Path) -> Library:
    content = yamlfile.parse(text, importer.file, name=str(path))
    try:
        imported = importer.read(content)
        return Library(StrategyFile.model_validate({"strategies": imported.strategies}).strategies, imported.notes)
    except BadInput as error:
        raise InvalidFile(f"{path}: {error}") from error
    except ValidationError as error:
        problems = (f"{path}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise InvalidFile(*problems) from error
