"""A user's own prompts: lines, folders and chats, read whole or refused by their line."""

import json
import subprocess
import sys

import pytest

from simulator.errors import InvalidFile
from simulator.traffic.chats import read


def said(*turns, system=None):
    """A chat as messages: questions and answers in turn."""
    roles = ("user", "assistant")
    first = [{"role": "system", "content": system}] if system else []
    return first + [{"role": roles[n % 2], "content": text} for n, text in enumerate(turns)]


def lines(path, *objects):
    path.write_text("".join(f"{json.dumps(one)}\n" for one in objects), encoding="utf-8")
    return path


def test_a_text_file_holds_a_prompt_per_line(tmp_path):
    (tmp_path / "asked.txt").write_text("Where is my parcel?\n\n  Can I return it?  \n", encoding="utf-8")
    chats = read(tmp_path / "asked.txt")
    assert [chat.before(1) for chat in chats.chats] == [
        said("Where is my parcel?"),
        said("  Can I return it?  "),
    ]


def test_a_folder_holds_a_prompt_per_file_in_the_order_of_names(tmp_path):
    (tmp_path / "b.md").write_text("Second,\nof two lines.\n", encoding="utf-8")
    (tmp_path / "a.txt").write_text("First.", encoding="utf-8")
    (tmp_path / ".hidden").write_text("not a prompt", encoding="utf-8")
    lines(tmp_path / "c.jsonl", {"prompt": "Third."}, said("Fourth."))
    chats = read(tmp_path)
    assert [chat.before(1)[0]["content"] for chat in chats.chats] == [
        "First.",
        "Second,\nof two lines.\n",
        "Third.",
        "Fourth.",
    ]
    assert [file.name for file in chats.files] == ["a.txt", "b.md", "c.jsonl"]


@pytest.mark.parametrize("wrap", [lambda it: it, lambda it: {"messages": it}, lambda it: {"body": {"messages": it}}])
def test_a_chat_is_sent_turn_by_turn_with_what_the_assistant_said(tmp_path, wrap):
    whole = said("Hello?", "Hi.", "And?", "That is all.", system="Be kind.")
    chat = read(lines(tmp_path / "c.jsonl", wrap(whole))).of(1)
    assert chat.turns == 2
    assert (chat.before(1), chat.before(2)) == (whole[:2], whole[:4])
    assert (chat.last(1), chat.last(2)) == (whole[1:2], whole[3:4])


def test_sharegpt_and_arrays_are_chats_too(tmp_path):
    spoken = [("system", "Be kind."), ("human", "Hello?"), ("gpt", "Hi.")]
    share = {"id": "x", "conversations": [{"from": who, "value": text} for who, text in spoken]}
    (tmp_path / "c.json").write_text(json.dumps([share, said("Anybody?")]))
    chats = read(tmp_path / "c.json")
    assert [chat.before(1) for chat in chats.chats] == [said("Hello?", system="Be kind."), said("Anybody?")]


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("c.csv", "text\nHello?\n", r"c\.csv: \.csv holds no prompts; write \.jsonl"),
        ("c.json", '{"a": 1}', r"c\.json: not an array of chats"),
        ("c.json", '[{"prompt": "a"}, {"a": 1}]', r"c\.json: chat 2: not a chat"),
        ("c.json", "[", r"c\.json: not readable as JSON"),
    ],
)
def test_other_files_are_refused_rather_than_sent_as_lines(tmp_path, name, content, line):
    (tmp_path / name).write_text(content)
    with pytest.raises(InvalidFile, match=line):
        read(tmp_path / name)


def test_messages_of_one_side_stay_apart_but_count_as_one_turn(tmp_path):
    whole = [{"role": "assistant", "content": "Welcome!"}, *said("Hello?"), *said("Anybody?")]
    chat = read(lines(tmp_path / "c.jsonl", whole)).of(1)
    assert (chat.turns, chat.before(1), chat.last(1)) == (1, whole, whole[1:])


def test_text_parts_are_joined(tmp_path):
    parts = [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]
    chat = read(lines(tmp_path / "c.jsonl", [{"role": "user", "content": parts}])).of(1)
    assert chat.before(1) == said("one two")


def test_what_is_no_chat_is_refused_by_its_line(tmp_path):
    path = tmp_path / "c.jsonl"
    image = [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]
    path.write_text("\n".join(["{", json.dumps({"a": 1}), json.dumps(image), json.dumps([])]) + "\n")
    with pytest.raises(InvalidFile) as caught:
        read(path)
    told = str(caught.value).splitlines()
    assert [line.removeprefix(f"{path}:")[:2] for line in told] == ["1:", "2:", "3:", "4:"]
    assert "message 1 has no text of a known role" in told[2]
    assert "no message of the user" in told[3]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (None, "no such file; prompts are looked for beside the scenario"),
        (b"\n \n", "holds no prompt; write one per line"),
        (b"fine\n\xff\n", "asked.txt:2: not UTF-8"),
    ],
)
def test_a_file_without_prompts_is_refused(tmp_path, content, line):
    if content is not None:
        (tmp_path / "asked.txt").write_bytes(content)
    with pytest.raises(InvalidFile, match=line):
        read(tmp_path / "asked.txt")


def test_the_digest_follows_the_bytes_not_the_place(tmp_path):
    for name, text in (("a.txt", "x\n"), ("b.txt", "x\n"), ("c.txt", "y\n")):
        (tmp_path / name).write_text(text)
    a, b, c = (read(tmp_path / f"{name}.txt").sha256 for name in "abc")
    assert a == b != c


def test_reading_chats_needs_no_tokenizer():
    program = (
        "import sys; import simulator.traffic.chats; "
        "print(sorted({'tiktoken', 'pandas', 'numpy', 'locust'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "[]\n"
