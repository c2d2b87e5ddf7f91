"""A user's own prompts: chats that are sent word for word in place of synthetic text. Read by whoever sends them.

A file of JSON lines, or of a JSON array, holds chats: each a list of messages, `{"messages": […]}`, `{"body":
{"messages": […]}}`, ShareGPT's `{"conversations": […]}` or `{"prompt": "…"}`. A text file holds a prompt per line; of a
folder, every text file is one prompt. A chat's user messages are the turns of a session; what the assistant said
between them is sent as it stands.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from simulator.errors import InvalidFile

Message = dict[str, str]
_ROLES = ("system", "developer", "user", "assistant")
_LINES, _ARRAY, _OTHERS = (".jsonl", ".ndjson"), ".json", (".csv", ".tsv", ".parquet", ".gz", ".zip", ".xlsx", ".yaml")
_SPEAKERS = {"human": "user", "gpt": "assistant", "chatgpt": "assistant", "model": "assistant"}
"""ShareGPT's words for roles."""
_SHOWN = 5
"""Problems told at once."""


@dataclass(frozen=True)
class Chat:
    """One conversation, from its system prompt to the last answer that is known."""

    parts: tuple[tuple[Message, ...], ...]
    """What stands before the first question (may be empty), then question, answer, question, …"""

    @property
    def turns(self) -> int:
        """Questions in it; at least one."""
        return len(self.parts) // 2

    def before(self, turn: int) -> list[Message]:
        """The messages that turn `turn`, from 1, sends: everything up to its question."""
        return [message for part in self.parts[: 2 * turn] for message in part]

    def last(self, turn: int) -> list[Message]:
        """The question of a turn alone."""
        return list(self.parts[2 * turn - 1])


@dataclass(frozen=True)
class Chats:
    """The chats of one file or folder, in its order. `sha256` is over the names and bytes of the files."""

    path: Path
    files: tuple[Path, ...]
    sha256: str
    chats: tuple[Chat, ...]

    def __len__(self) -> int:
        return len(self.chats)

    def of(self, number: int) -> Chat:
        """The chat that a trace's `source_row` names, counted from 1 in the order of the files."""
        return self.chats[number - 1]


def read(path: Path) -> Chats:
    """Raises `InvalidFile` with the lines that are no chat, or where there is none."""
    files = _files(path)
    sha, chats, problems = hashlib.sha256(), [], []
    for file in files:
        content = _bytes(file)
        sha.update(f"{file.name if file != path else ''}\0{len(content)}\0".encode())
        sha.update(content)
        for where, found in _chats(file, content, whole=file != path):
            if isinstance(found, Chat):
                chats.append(found)
            else:
                problems.append(f"{where}: {found}")
    if problems:
        rest = [f"{path}: {len(problems) - _SHOWN} more like these"] if len(problems) > _SHOWN else []
        raise InvalidFile(*problems[:_SHOWN], *rest)
    if not chats:
        raise InvalidFile(f"{path}: holds no prompt; write one per line, or chats as JSON lines")
    return Chats(path, files, sha.hexdigest(), tuple(chats))


def _files(path: Path) -> tuple[Path, ...]:
    if not path.is_dir():
        return (path,)
    return tuple(sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith(".")))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InvalidFile(f"{path}: no such file; prompts are looked for beside the scenario") from None
    except OSError as error:
        raise InvalidFile(f"{path}: cannot be read: {error.strerror or error}") from None


def _chats(path: Path, content: bytes, *, whole: bool) -> Iterator[tuple[str, Chat | str]]:
    """Place and chat, or what is wrong there."""
    if path.suffix in _OTHERS:
        yield str(path), f"{path.suffix} holds no prompts; write .jsonl (chats) or .txt (one per line)"
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        yield f"{path}:{line}", "not UTF-8"
        return
    lines = [(f"{path}:{number}", line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if path.suffix in _LINES:
        yield from ((where, _of_json(line)) for where, line in lines)
    elif path.suffix == _ARRAY:
        yield from _of_array(path, text)
    elif whole:
        yield from ([(str(path), _of_prompt(text))] if lines else [])
    else:
        yield from ((where, _of_prompt(line)) for where, line in lines)


def _of_prompt(text: str) -> Chat:
    return Chat(((), ({"role": "user", "content": text},)))


def _of_array(path: Path, text: str) -> Iterator[tuple[str, Chat | str]]:
    try:
        said: Any = json.loads(text)
    except ValueError as error:
        yield str(path), f"not readable as JSON: {error}"
        return
    if not isinstance(said, list):
        yield str(path), "not an array of chats"
        return
    yield from ((f"{path}: chat {number}", _of_said(one)) for number, one in enumerate(said, 1))


def _of_json(line: str) -> Chat | str:
    try:
        return _of_said(json.loads(line))
    except ValueError as error:
        return f"not readable as JSON: {error}"


def _of_said(said: Any) -> Chat | str:
    if isinstance(said, dict) and isinstance(said.get("body"), dict):
        said = said["body"]
    if isinstance(said, dict) and isinstance(said.get("prompt"), str):
        return _of_prompt(said["prompt"])
    if isinstance(said, dict) and isinstance(said.get("conversations"), list):
        said = [_spoken(one) for one in said["conversations"]]
    listed = said.get("messages") if isinstance(said, dict) else said
    if not isinstance(listed, list):
        return 'not a chat; write {"messages": [{"role": "user", "content": "…"}]} or {"prompt": "…"}'
    return _of_messages(listed)


def _spoken(one: Any) -> Any:
    """A message of ShareGPT's in OpenAI's words."""
    if not isinstance(one, dict):
        return one
    who = str(one.get("from"))
    return {"role": _SPEAKERS.get(who, who), "content": one.get("value")}


def _of_messages(listed: list[Any]) -> Chat | str:
    messages = []
    for number, one in enumerate(listed, 1):
        role, text = (one.get("role"), _text(one.get("content"))) if isinstance(one, dict) else (None, None)
        if role not in _ROLES or not text:
            return f"message {number} has no text of a known role ({', '.join(_ROLES)}); leave such chats out"
        messages.append({"role": role, "content": text})
    return _divided(messages)


def _divided(messages: list[Message]) -> Chat | str:
    """By who speaks: what comes before the first question stands apart."""
    first = next((at for at, message in enumerate(messages) if message["role"] == "user"), None)
    if first is None:
        return "no message of the user"
    after = [tuple(run) for _, run in groupby(messages[first:], key=lambda message: message["role"] == "assistant")]
    return Chat((tuple(messages[:first]), *after))


def _text(content: Any) -> str | None:
    """A message's text; of a list of parts, the text parts where there are no others."""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(part, dict) and part.get("type") == "text" for part in content):
        return "".join(str(part.get("text", "")) for part in content)
    return None
