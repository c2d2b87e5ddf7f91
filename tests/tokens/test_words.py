"""The word bank counts like a ruler: every entry is one token, and joins add up."""

import io
import sys

import pytest

from simulator.tokens import encoding, sentences, words


def test_every_word_of_the_bank_is_one_token_in_all_encodings():
    assert [word for kind in words.load().values() for word in kind if not words.one_token(word)] == []


@pytest.mark.parametrize("name", encoding.SHA256)
def test_every_sentence_has_eight_tokens_and_they_split_at_the_atoms(name):
    tokenizer = encoding.load(name)
    for sentence in sentences.bank():
        assert [tokenizer.decode([one]) for one in tokenizer.encode_ordinary("".join(sentence))] == list(sentence)


def test_sentences_hardly_repeat():
    assert len(set(sentences.bank())) > 0.999 * sentences.COUNT


def test_the_script_keeps_what_is_one_token(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("noun: invoice xylophonist invoice\n"))
    words.main()
    assert capsys.readouterr().out == "noun: invoice\n"
