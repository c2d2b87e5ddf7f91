"""AWS Cost and Usage Reports (legacy and 2.0), the lines of Amazon Bedrock."""

import re
from collections.abc import Iterator
from decimal import Decimal

from simulator.spend.actuals.export import Actual, Export, Record, day, number, text

_PARTS = (
    (re.compile(r"cache-?read", re.IGNORECASE), "cache_read_tokens"),
    (re.compile(r"cache-?write", re.IGNORECASE), "cache_write_5m_tokens"),
    (re.compile(r"input-?token", re.IGNORECASE), "input_tokens"),
    (re.compile(r"output-?token", re.IGNORECASE), "output_tokens"),
)


_PRODUCT = ("line_item_productcode", "line_item_product_code", "product_productname", "product_product_name")
_NO_USAGE = {"tax", "credit"}


class AwsCur(Export):
    """The model is the end of the resource, as in `inference-profile/us.anthropic.claude-…`; else it is not known.

    Models that AWS resells through its marketplace have Bedrock in the product's name only. Tax and credits are no use.
    """

    name = "aws-cur"
    marks = ()

    def fits(self, record: Record) -> bool:
        return any(key in record for key in ("lineitem/usagetype", "line_item_usage_type"))

    def lines(self, record: Record) -> Iterator[Actual]:
        flat = {key.replace("/", "_").replace("lineitem", "line_item"): value for key, value in record.items()}
        product = " ".join(text(flat, key) or "" for key in _PRODUCT)
        kind = text(flat, "line_item_line_itemtype", "line_item_line_item_type") or ""
        if "bedrock" not in product.lower() or kind.lower() in _NO_USAGE:
            return
        usage = text(flat, "line_item_usagetype", "line_item_usage_type") or ""
        resource = text(flat, "line_item_resourceid", "line_item_resource_id") or ""
        amount = number(flat, "line_item_usageamount")
        amount = number(flat, "line_item_usage_amount") if amount is None else amount
        cost = number(flat, "line_item_unblendedcost")
        yield Actual(
            day=day(flat, "line_item_usagestartdate", "line_item_usage_start_date"),
            model=resource.rpartition("/")[2] or None,
            meter=next((meter for pattern, meter in _PARTS if pattern.search(usage)), None),
            quantity=_tokens(amount, text(flat, "pricing_unit") or ""),
            amount=number(flat, "line_item_unblended_cost") if cost is None else cost,
            currency=text(flat, "line_item_currencycode", "line_item_currency_code") or "USD",
            description=usage,
        )


def _tokens(amount: Decimal | None, unit: str) -> Decimal | None:
    """Bedrock's unit is written as `1K tokens` or `1M tokens`; anything else is not a count of tokens."""
    found = re.match(r"1?\s*([KM]?)\s*(input |output )?tokens?", unit, re.IGNORECASE)
    if amount is None or not found:
        return None
    return amount * {"K": 1000, "M": 1_000_000}.get(found[1].upper(), 1)
