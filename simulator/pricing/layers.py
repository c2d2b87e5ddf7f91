"""The files of a price book, one over the other, each rate with its line."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.errors import InvalidFile
from simulator.pricing.attempts import Attempts
from simulator.pricing.catalogue import Catalogue
from simulator.pricing.commitment import Commitment
from simulator.pricing.entry import Entry, ModelPrices
from simulator.pricing.fx import Fx
from simulator.pricing.resolution import Listed, ListedFee
from simulator.pricing.terms import Contract, Fee, FreePool, Uplift
from simulator.shipped import shipped
from simulator.yamlfile import FileModel, parse, place, read_text


class BookFile(FileModel):
    """One file of prices. It adds to the books that it extends; a model's entry here holds before theirs."""

    schema_: Annotated[Literal["price-book/1"], Field(alias="schema")]
    extends: tuple[str, ...] = ("shipped",)
    """Lower layers, lowest first: `shipped`, or other files beside this one; `[]` for none."""
    catalogue: str | None = None
    """The lock file that lies under everything; only the lowest book names one."""
    models: tuple[ModelPrices, ...] = ()
    fees: tuple[Fee, ...] = ()
    uplifts: tuple[Uplift, ...] = ()
    contracts: tuple[Contract, ...] = ()
    free: tuple[FreePool, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    fx: tuple[Fx, ...] = ()
    attempts: Attempts = Attempts()
    """Rows that replace those of pricing/attempts.yaml."""

    @model_validator(mode="after")
    def _once(self) -> "BookFile":
        names = [one.model for one in self.models]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"models listed twice: {', '.join(sorted(twice))}; put all dates under one")
        return self


@dataclass(frozen=True, slots=True)
class Layer:
    """One book file with its text, so that every rate knows its line."""

    name: str
    text: str
    file: BookFile

    def listed(self, index: int, entry_index: int) -> Listed:
        prices = self.file.models[index]
        return Listed(
            prices, prices.prices[entry_index], self.name, self._place("models", index, "prices", entry_index)
        )

    @property
    def fees(self) -> list[ListedFee]:
        return [ListedFee(fee, self.name, self._place("fees", index)) for index, fee in enumerate(self.file.fees)]

    def _place(self, *path: str | int) -> str:
        return f"{self.name}:{place(self.text, path).partition(':')[0]}"


@dataclass(frozen=True, slots=True)
class Version:
    """A model's prices in one layer: a book file, or the catalogue."""

    prices: ModelPrices
    layer: Layer | None = None
    index: int = 0
    catalogue: Catalogue | None = None

    def in_force(self, day: date) -> tuple[int, Entry] | None:
        return self.prices.in_force(day)

    def listed(self, held: tuple[int, Entry]) -> Listed:
        if self.layer is not None:
            return self.layer.listed(self.index, held[0])
        assert self.catalogue is not None
        line = self.catalogue.lines[self.prices.model]
        return Listed(self.prices, held[1], self.catalogue.name, f"{self.catalogue.file}:{line}")


def index_of(file: BookFile, model: str, provider: str | None, key: str | None) -> int | None:
    """Where a file lists a model: by `provider/model`, by one of its other names, or by what the catalogue calls it."""
    asked = model.lower()
    for index, prices in enumerate(file.models):
        if asked == prices.model.lower() or prices.model == key:
            return index
        if provider not in (None, prices.provider):
            continue
        if asked in map(str.lower, prices.names) or (asked == prices.id.lower() and (provider or key is None)):
            return index
    return None


def read_layers(path: Path, text: str, *, above: tuple[Path, ...]) -> tuple[list[Layer], list[Path]]:
    """The layers of a file and of those it extends, lowest first, and the locks that they name."""
    file = parse(text, BookFile, name=str(path))
    layers: list[Layer] = []
    locks: list[Path] = []
    for index, name in enumerate(file.extends):
        lower = shipped("pricing/default.yaml") if name == "shipped" else path.parent / name
        if lower.resolve() in (*above, path.resolve()):
            raise InvalidFile(f"{path}:{place(text, ('extends', index))}: extends: {name} extends this file in turn")
        more, found = read_layers(lower, read_text(lower), above=(*above, path.resolve()))
        layers += [layer for layer in more if layer not in layers]
        locks += found
    if file.catalogue:
        locks.insert(0, path.parent / file.catalogue)
    return [*layers, Layer(path.name, text, file)], locks
