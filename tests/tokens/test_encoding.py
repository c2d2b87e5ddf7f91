"""The vendored vocabularies are upstream's, to the byte."""

import inspect

import pytest
from tiktoken_ext import openai_public

from simulator.errors import Precondition
from simulator.tokens import encoding


@pytest.mark.parametrize("name", encoding.SHA256)
def test_our_hashes_are_those_in_tiktokens_source(name):
    assert encoding.SHA256[name] in inspect.getsource(openai_public.ENCODING_CONSTRUCTORS[name])


def test_loading_leaves_tiktoken_as_it_was():
    before = openai_public.load_tiktoken_bpe
    encoding.load.cache_clear()
    encoding.load("cl100k_base")
    assert openai_public.load_tiktoken_bpe is before


def test_a_changed_file_is_refused(monkeypatch):
    monkeypatch.setitem(encoding.SHA256, "cl100k_base", "0" * 64)
    encoding.load.cache_clear()
    with pytest.raises(Precondition, match=r"cl100k_base has SHA-256 2239.*reinstall"):
        encoding.load("cl100k_base")


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-4o", "o200k_base"),
        ("openai/gpt-5-mini", "o200k_base"),
        ("gpt-oss-120b", "o200k_base"),
        ("text-embedding-3-small", "cl100k_base"),
        ("davinci", None),
        ("claude-opus-4-8", None),
    ],
)
def test_the_encoding_of_a_model(model, name):
    assert encoding.encoding_of(model) == name
