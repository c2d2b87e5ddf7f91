"""The vendored vocabularies, checked by hash and made into tiktoken encodings without a network."""

import base64
import gzip
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from simulator.errors import Precondition

if TYPE_CHECKING:
    import tiktoken

SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
"""SHA-256 of the uncompressed files: `expected_hash` in tiktoken 0.14, `tiktoken_ext/openai_public.py`."""


def encoding_of(model: str) -> str | None:
    """The vendored encoding that counts `model` exactly; None where there is none."""
    from tiktoken.model import encoding_name_for_model

    try:
        name = encoding_name_for_model(model.rpartition("/")[2])
    except KeyError:
        return None
    name = name.replace("o200k_harmony", "o200k_base")  # the same merges; harmony only adds special tokens
    return name if name in SHA256 else None


@lru_cache(maxsize=len(SHA256))
def load(name: str) -> "tiktoken.Encoding":
    """An encoding from its vendored file, about half a second. Raises `Precondition` where the file was changed."""
    import tiktoken
    from tiktoken_ext import openai_public

    ranks = _ranks(name)
    ours, theirs = (lambda *_, **__: ranks), openai_public.load_tiktoken_bpe
    # Upstream's constructor knows the split pattern and special tokens; only its download is replaced.
    openai_public.load_tiktoken_bpe = ours
    try:
        return tiktoken.Encoding(**openai_public.ENCODING_CONSTRUCTORS[name]())
    finally:
        openai_public.load_tiktoken_bpe = theirs


def _ranks(name: str) -> dict[bytes, int]:
    content = gzip.decompress((files("simulator.tokens") / "encodings" / f"{name}.tiktoken.gz").read_bytes())
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[name]:
        raise Precondition(f"the vendored encoding {name} has SHA-256 {found}, not {SHA256[name]}; reinstall tenfold")
    pairs = (line.split() for line in content.splitlines())
    return {base64.b64decode(token): int(rank) for token, rank in pairs}
