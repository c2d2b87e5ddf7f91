"""OpenAI embeddings: unit vectors that depend on nothing but the text."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from simulator.staging.dialects import body as form
from simulator.staging.dialects.dialect import Heading, Usage, Wanted

_DIMENSIONS = 1536  # as text-embedding-3-small
_MOST_INPUTS = 2048  # OpenAI API reference


class Embeddings(form.OpenAi):
    """`POST /v1/embeddings` of OpenAI's API reference. Takes a model's time to the first token."""

    path = "/v1/embeddings"
    prompt = "input"

    def read(self, body: Mapping[str, Any]) -> Wanted:
        inputs = _inputs(body)
        dimensions = form.maximum(body, "dimensions") or _DIMENSIONS
        encoding = form.want(body, "encoding_format", str, "float")
        if dimensions > _DIMENSIONS:
            raise form.invalid("dimensions", f"must be at most {_DIMENSIONS}")
        if encoding not in ("float", "base64"):
            raise form.invalid("encoding_format", "must be float or base64")
        return Wanted(
            model=form.want(body, "model", str),
            texts=tuple(one for one in inputs if isinstance(one, str)),
            overhead_tokens=sum(len(one) for one in inputs if not isinstance(one, str)),
            embeds=True,
            subject=(inputs, dimensions, encoding),
        )

    def whole(self, heading: Heading, text: str, *, finish_reason: str, usage: Usage | None) -> dict[str, Any]:
        del text, finish_reason
        inputs, dimensions, encoding = heading.subject
        vectors = [_vector(one, dimensions, encoding) for one in inputs]
        data = [{"object": "embedding", "index": place, "embedding": vector} for place, vector in enumerate(vectors)]
        told = {"prompt_tokens": usage.input_tokens, "total_tokens": usage.input_tokens} if usage else None
        return {"object": "list", "data": data, "model": heading.model} | ({"usage": told} if told else {})


def _inputs(body: Mapping[str, Any]) -> Sequence[str | list[int]]:
    """One text, several, one list of token ids, or several."""
    given = body.get("input")
    if isinstance(given, str):
        return [given]
    several = form.want(body, "input", list)
    if several and all(isinstance(one, int) for one in several):
        return [several]
    if not 0 < len(several) <= _MOST_INPUTS or not all(_is_text(one) for one in several):
        raise form.invalid("input", f"must be a string, or 1 to {_MOST_INPUTS} strings or lists of token ids")
    return several


def _is_text(one: object) -> bool:
    return isinstance(one, str) or (
        isinstance(one, list) and bool(one) and all(isinstance(token, int) for token in one)
    )


def _vector(text: str | list[int], dimensions: int, encoding: str) -> str | list[float]:
    noise = hashlib.shake_256(str(text).encode("utf-8", "surrogatepass")).digest(2 * dimensions)
    values = np.frombuffer(noise, "<i2").astype("<f4") + np.float32(0.5)  # never all 0
    values /= np.linalg.norm(values)
    return base64.b64encode(values.tobytes()).decode() if encoding == "base64" else values.tolist()
