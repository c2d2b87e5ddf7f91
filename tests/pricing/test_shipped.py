"""The files of the pricing folder: they load, editors know their schema, every row has its source."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from yamlcore import CoreLoader

from simulator.calls import UNSENT, Outcome
from simulator.pricing.attempts import shipped_attempts
from simulator.pricing.book import PriceBook
from simulator.pricing.meters import meters
from simulator.schemas import json_schema
from simulator.shipped import shipped
from simulator.spend.usage import shapes

SCHEMA = shipped("pricing/schema/prices.json")


def test_the_schema_for_editors_is_the_one_of_the_code() -> None:
    # Made anew by: tenfold schema prices > pricing/schema/prices.json
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json_schema("prices")


def test_the_shipped_book_fits_the_schema() -> None:
    content = yaml.load(shipped("pricing/default.yaml").read_text(encoding="utf-8"), CoreLoader)
    jsonschema.validate(content, json_schema("prices"))


@pytest.mark.parametrize("price", ["{input_tokens: true}", "{in: '1'}"])
def test_the_schema_does_not_let_everything_through(price: str) -> None:
    entry = f"{{from: null, usd_per_million: {price}, oops: 1}}"
    model = f"{{model: a/b, source: {{doc: x, as_of: 2026-01-01}}, prices: [{entry}]}}"
    text = f"schema: price-book/1\nmodels: [{model}]"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.load(text, CoreLoader), json_schema("prices"))


def test_the_readme_shows_a_book_that_loads(tmp_path: Path) -> None:
    readme = shipped("pricing/README.md").read_text(encoding="utf-8")
    (example,) = (block.partition("```")[0] for block in readme.split("```yaml\n")[1:])
    (tmp_path / "book.yaml").write_text(example, encoding="utf-8")
    assert PriceBook.load(tmp_path / "book.yaml").layers[-1].file.models[0].model == "openai/gpt-4o"


def test_every_outcome_has_a_row_with_a_source() -> None:
    rows = shipped_attempts().outcomes
    assert rows.keys() == set(Outcome) - UNSENT
    assert all(row.source for row in rows.values())


def test_usage_shapes_speak_of_known_meters() -> None:
    named = {meter for shape in shapes().shapes.values() for targets in shape.counts.values() for meter in targets}
    assert named <= meters().keys()
