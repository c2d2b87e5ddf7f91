"""What a person should look at before trusting a book: `tenfold prices check`."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from simulator.errors import InvalidFile
from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.pricing.listing import price_changes
from simulator.pricing.resolution import day_of
from simulator.yamlfile import read_text

Kind = Literal["missing", "verify", "stale", "differs", "changes", "catalogue", "ends", "unused"]

_LITELLM = {
    "input_cost_per_token": "input_tokens",
    "output_cost_per_token": "output_tokens",
    "cache_read_input_token_cost": "cache_read_tokens",
    "cache_creation_input_token_cost": "cache_write_5m_tokens",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `missing` and `differs` are wrong or may be; the others are worth knowing."""

    kind: Kind
    what: str
    message: str

    @property
    def failed(self) -> bool:
        return self.kind in ("missing", "differs")


def review(
    book: PriceBook, models: Iterable[str], *, at: datetime, stale_days: int = 90, second: Path | None = None
) -> list[Finding]:
    """Everything worth a look for `models` (those of the scenarios, or all that the book lists itself).

    `second` is a file of litellm's `model_prices_and_context_window.json`, compared where it knows the model.
    """
    known = list(dict.fromkeys(models))
    findings = [
        *_missing(book, known, at),
        *_uncertain(book, known, at),
        *_stale(book, known, at, stale_days),
        *_changes(book, known, at),
    ]
    findings += [*_contracts(book, at), *_unused(book, known, at), *_catalogue(book)]
    return findings + (list(_differs(book, known, at, second)) if second else [])


def _missing(book: PriceBook, models: list[str], at: datetime) -> Iterator[Finding]:
    for model in models:
        try:
            book.rates(model, at=at)
        except UnknownPrice as error:
            yield Finding("missing", model, str(error))


def _priced(book: PriceBook, models: list[str], at: datetime) -> list[str]:
    missing = {finding.what for finding in _missing(book, models, at)}
    return [model for model in models if model not in missing]


def _uncertain(book: PriceBook, models: list[str], at: datetime) -> Iterator[Finding]:
    for model in _priced(book, models, at):
        rate = next((one for one in book.rates(model, at=at).standard.values() if one.verify), None)
        if rate:
            yield Finding("verify", model, f"{rate.place}: {rate.verify}; look at {rate.source}")


def _stale(book: PriceBook, models: list[str], at: datetime, days: int) -> Iterator[Finding]:
    for model in _priced(book, models, at):
        rate = next(iter(book.rates(model, at=at).standard.values()), None)
        if rate and (age := (day_of(at) - rate.as_of).days) > days:
            yield Finding(
                "stale", model, f"{rate.place}: last read {age} days ago, on {rate.as_of}; look at {rate.source}"
            )


def _changes(book: PriceBook, models: list[str], at: datetime) -> Iterator[Finding]:
    for model in _priced(book, models, at) if not book.kept else ():
        for day, changes in price_changes(book, model, after=at):
            standard = [one for one in changes if not one.tier and not one.prompt_from]
            texts = [f"{one.meter} {_usd(one.before)} → {_usd(one.after)}" for one in standard]
            if texts:
                yield Finding("changes", model, f"from {day}: {', '.join(texts)} per million")


def _contracts(book: PriceBook, at: datetime) -> Iterator[Finding]:
    for layer in book.layers:
        for contract in layer.file.contracts:
            if contract.to is not None and contract.to > day_of(at):
                yield Finding(
                    "ends", contract.id, f"{layer.name}: the discount ends on {contract.to}; list prices hold then"
                )


def _unused(book: PriceBook, models: list[str], at: datetime) -> Iterator[Finding]:
    """A misspelt provider gives no discount, and nothing else says so."""
    whole = [book.rates(model, at=at).model for model in _priced(book, models, at)]
    for contract in book.contracts:
        if not any(contract.names(model) for model in whole):
            asked = f"{contract.provider}/{', '.join(contract.models)}"
            yield Finding(
                "unused", contract.id, f"the contract is about {asked}, and none of these models is: {', '.join(whole)}"
            )


def _catalogue(book: PriceBook) -> Iterator[Finding]:
    if book.catalogue and (installed := version("genai-prices")) != book.catalogue.version:
        message = f"locked is genai-prices {book.catalogue.version}, installed {installed}; see `tenfold prices update`"
        yield Finding("catalogue", book.catalogue.file, message)


def _differs(book: PriceBook, models: list[str], at: datetime, path: Path) -> Iterator[Finding]:
    try:
        theirs = json.loads(read_text(path), parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise InvalidFile(f"{path}:{error.lineno}:{error.colno}: not JSON") from None
    for model in _priced(book, models, at):
        rates = book.rates(model, at=at)
        provider, _, name = rates.model.partition("/")
        names = (rates.model, model, f"{provider}/{model}", name)
        listed: dict[str, Any] = next((theirs[name] for name in names if name in theirs), {})
        for key, meter in _LITELLM.items():
            ours = rates.standard.get(meter)
            other = Decimal(listed[key]).scaleb(6) if isinstance(listed.get(key), (int, Decimal)) else None
            if ours and other is not None and other != ours.list_usd_per_million:
                said = f"{meter} {_usd(ours.list_usd_per_million)} in {ours.place}, {_usd(other)} in {path.name}"
                yield Finding("differs", model, f"{said}; look at {ours.source}")


def _usd(price: Decimal | None) -> str:
    return "unknown" if price is None else f"${price.normalize():f}"
