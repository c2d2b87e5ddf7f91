"""The lowest layer of every book: a copy of the genai-prices catalogue, held still by `pricing/catalogue.lock.json`.

The lock holds the prices themselves, so that upgrading the package moves no number;
`tenfold prices update` rewrites it.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from simulator.errors import InvalidFile
from simulator.pricing.entry import ModelPrices
from simulator.pricing.match import dashed_date, matches
from simulator.yamlfile import read_text

BODY = '"providers": ['
"""The line of the lock after which the hashed text starts."""


@dataclass(frozen=True)
class Catalogue:
    """The providers of the lock, in the order in which they are asked for a model."""

    version: str
    locked_on: str
    sha256: str
    file: str
    providers: tuple[dict[str, Any], ...]
    lines: dict[str, int]
    """Line of the lock by `provider/model`."""

    @property
    def name(self) -> str:
        return f"genai-prices {self.version}"

    @staticmethod
    def read(path: Path) -> "Catalogue":
        """Raises `InvalidFile` where the text is not the one that was locked."""
        return _parse(str(path), read_text(path))

    @staticmethod
    def parse(text: str, *, name: str) -> "Catalogue":
        """Like `read`, from text; `name` stands for the file."""
        return _parse(name, text)

    def find(self, model: str, provider: str | None = None) -> ModelPrices | None:
        """The prices of a model by any of its names; `provider/model` names both."""
        for name in dict.fromkeys((model, dashed_date(model))):
            if found := self._find(name, provider):
                return found
        return None

    def keys(self) -> Iterator[str]:
        """All models as `provider/model`."""
        return (f"{provider['id']}/{model['id']}" for provider in self.providers for model in provider["models"])

    def nearest(self, model: str) -> str | None:
        """A known name that looks like `model`, for messages."""
        ids = {key.partition("/")[2]: key for key in reversed(list(self.keys()))}
        close = get_close_matches(model.rpartition("/")[2].lower(), ids, n=1, cutoff=0.7)
        own = self.find(close[0]) if close else None
        return own.model if own else ids[close[0]] if close else None

    def _find(self, model: str, provider: str | None) -> ModelPrices | None:
        if provider is not None:
            home = self._provider(provider)
            return self._of(home, model) if home else None
        prefix, slash, rest = model.partition("/")
        if slash and (named := self._provider(prefix)) and (found := self._of(named, rest)):
            return found
        home = next((one for one in self.providers if matches(one["match_model"], model)), None)
        return self._of(home, model) if home else None

    def _of(self, home: dict[str, Any], model: str) -> ModelPrices | None:
        if own := _first(home, model):
            return self._prices(home, own)
        for other in home["falls_back_to"]:
            reseller_of = self._named(other)
            if reseller_of and (resold := _first(reseller_of, model)):
                # A reseller is known to sell at the maker's standard price; its service tiers are not known.
                bare = [{key: value for key, value in entry.items() if key != "tiers"} for entry in resold["prices"]]
                return self._prices(reseller_of, {**resold, "prices": bare})
        return None

    def _prices(self, home: dict[str, Any], model: dict[str, Any]) -> ModelPrices:
        source = {"url": home["url"], "as_of": self.locked_on, "by": self.name}
        return ModelPrices.model_validate(
            {"model": f"{home['id']}/{model['id']}", "source": source, "prices": model["prices"]}
        )

    def _named(self, provider: str) -> dict[str, Any] | None:
        return next((one for one in self.providers if one["id"] == provider.lower().strip()), None)

    def _provider(self, provider: str) -> dict[str, Any] | None:
        like = (one for one in self.providers if matches(one["match_provider"], provider.strip()))
        return self._named(provider) or next(like, None)


def _first(home: dict[str, Any], model: str) -> dict[str, Any] | None:
    same = (one for one in home["models"] if one["id"] == model)  # some ids do not fit their own clause
    return next(same, None) or next((one for one in home["models"] if matches(one["match"], model)), None)


def digest(text: str) -> str:
    """sha256 of the body of a lock."""
    return hashlib.sha256(text.partition(BODY)[2].encode()).hexdigest()


@lru_cache(4)
def _parse(path: str, text: str) -> Catalogue:
    try:
        lock = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidFile(
            f"{path}:{error.lineno}:{error.colno}: not JSON; restore it, or `tenfold prices update`"
        ) from None
    if not isinstance(lock, dict) or not {"version", "locked_on", "sha256", "providers"} <= lock.keys():
        raise InvalidFile(f"{path}:1:1: no price catalogue; restore it, or `tenfold prices update`; a book is YAML")
    if lock["sha256"] != digest(text):
        raise InvalidFile(
            f"{path}:1:1: changed by hand (sha256 differs); put a price of your own into a book of its own, "
            "then restore the lock or run `tenfold prices update`"
        )
    head = (lock["version"], lock["locked_on"], lock["sha256"], Path(path).name)
    return Catalogue(*head, tuple(lock["providers"]), _lines(text, lock))


def _lines(text: str, lock: dict[str, Any]) -> dict[str, int]:
    """One model a line, in order, so the lines that start with a model's id are the models."""
    numbers = (number for number, line in enumerate(text.splitlines(), 1) if line.startswith('{"id":'))
    keys = (f"{provider['id']}/{model['id']}" for provider in lock["providers"] for model in provider["models"])
    return dict(zip(keys, numbers, strict=True))
