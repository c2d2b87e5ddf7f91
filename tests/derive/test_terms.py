"""A run is read at everything that it was billed by: tiers, discounts, a prepaid minimum, rows of attempts."""

from decimal import Decimal
from pathlib import Path

from simulator.derive import derive
from tests.derive import rehearsed

BOOK = """
schema: price-book/1
contracts:
  - {id: msa, provider: openai, models: ["gpt-4o*"], discount: "0.1", minimum_usd_per_month: "50000",
     source: {doc: MSA.pdf, as_of: 2026-06-28}}
  - {id: elsewhere, provider: anthropic, discount: "0.5", minimum_usd_per_month: "99000",
     source: {doc: another MSA, as_of: 2026-06-28}}
attempts:
  outcomes: {ok: {input: all, output: none, source: "an invoice that charges prompts only"}}
"""


def test_a_run_keeps_its_tiers_its_contract_and_what_attempts_bill(tmp_path: Path, repository: Path) -> None:
    """Calls at a tier were unpriced, and a month with a minimum cost what was used."""
    staging = tmp_path / "staging"
    staging.mkdir()
    (staging / "hosted.yaml").write_bytes((repository / "scenarios/staging/hosted.yaml").read_bytes())
    text = (repository / "scenarios/support-chat.yaml").read_text(encoding="utf-8")
    fast = text.replace("{of: gpt-4o, times: 2", "{of: {call: {model: gpt-4o, tier: priority}}, times: 2")
    (tmp_path / "fast.yaml").write_text(fast, encoding="utf-8")
    (tmp_path / "book.yaml").write_text(BOOK, encoding="utf-8")
    told = {"prices": tmp_path / "book.yaml", "scales": (1.0,), "strategies": ("single",), "duration_s": 18.0}
    found = derive(rehearsed.run(tmp_path / "fast.yaml", tmp_path / "run", **told))

    assert found.unpriced_calls == 0
    assert {item.meter for item in found.items} == {"input_tokens", "cache_read_tokens"}
    (fresh,) = {(i.list_usd_per_million, i.usd_per_million) for i in found.items if i.meter == "input_tokens"}
    assert fresh == (Decimal("4.25"), Decimal("3.825"))  # the priority tier, a tenth off
    assert {row["tier"] for row in found.prices} == {"priority"}
    first = found.projection.months[0]
    assert [one.id for one in first.contracts] == [
        "msa"
    ]  # a minimum for models that nobody called is not this launch's
    assert (first.p50, first.usage < 50_000) == (Decimal("50000.00"), True)
