"""Counting is exact where it can be, says where it is not, and needs no network."""

import subprocess
import sys

from simulator.tokens.counting import Count, count


def test_an_openai_model_is_counted_exactly():
    assert count("hello world", "gpt-4o-mini") == Count(2, "exact", 2, 2, "o200k_base")


def test_an_older_openai_model_uses_its_own_encoding():
    assert count("hello world", "gpt-4").method == "cl100k_base"


def test_special_tokens_in_a_users_text_are_plain_text():
    assert count("<|endoftext|>", "gpt-4o").tokens > 1


def test_claude_is_estimated_with_its_family_and_band():
    found = count(" token" * 1000, "anthropic/claude-opus-4-8", content="code")
    assert (found.tokens, found.source) == (1700, "estimated")
    assert (found.low, found.high) == (1080, 2050)
    assert "claude 4.7 and later, code" in found.method


def test_the_tokenizer_of_claude_changed_with_4_7():
    old, new = (count(" token" * 100, model).tokens for model in ("claude-sonnet-4-6", "claude-sonnet-4-7"))
    assert (old, new) == (112, 148)


def test_a_dated_claude_4_is_not_taken_for_a_new_one():
    assert "up to 4.6" in count("text", "claude-sonnet-4-20250514").method


def test_a_model_nobody_declared_is_assumed_not_estimated():
    found = count(" token" * 100, "my-own-model")
    assert (found.tokens, found.source, found.low, found.high) == (100, "assumed", 87, 205)


def test_counting_opens_no_socket():
    program = (
        "import socket\n"
        "def refuse(*_, **__): raise RuntimeError('network')\n"
        "socket.socket.connect = refuse\n"
        "from simulator.tokens.counting import count\n"
        "print(count('one two three', 'gpt-4o').tokens, count('one two three', 'gpt-4').tokens)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["3", "3"]
