"""A user's own chats on the wire: word for word, and never in the run's files."""

import json
from pathlib import Path

from simulator.replay.plan import OwnPrompts
from simulator.traffic.chat_lengths import lengths
from simulator.traffic.chats import read
from simulator.traffic.generate import generate
from simulator.traffic.plan import Traffic
from tests.replay.process import plan_for, run
from tests.replay.scripted import Scripted, answer

QUESTION, SAID, NEXT = "Wo bleibt mein Päckchen?", "Es kommt heute.", "Und wann?"


def written(folder: Path) -> Path:
    chat = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": SAID},
        {"role": "user", "content": NEXT},
    ]
    path = folder / "chats.jsonl"
    path.write_text(json.dumps(chat) + "\n", encoding="utf-8")
    return path


def planned(chats):
    own = {"name": "own", "prompts": "chats.jsonl", "output_tokens": 4, "think": "50ms"}
    traffic = Traffic.model_validate({"arrivals": {"kind": "constant", "rate": "4/s"}, "journeys": [own]})
    return generate(traffic, span_s=1, seed=1, chats={"own": lengths(chats)})


def test_chats_are_sent_word_for_word_and_kept_in_no_file(tmp_path: Path):
    chats, run_dir = read(written(tmp_path)), tmp_path / "run"
    run_dir.mkdir()
    with Scripted(answer()) as server:
        own = {"own": OwnPrompts(path=chats.path, sha256=chats.sha256)}
        ended = run(plan_for(run_dir, server.url, planned(chats), prompts=own))
        sent = sorted([one["content"] for one in server.body(n)["messages"]] for n in range(len(server.requests)))
    assert ended.code == 0, ended.err
    assert [QUESTION] in sent
    assert [QUESTION, SAID, NEXT] in sent
    assert {len(one) for one in sent} == {1, 3}
    for file in run_dir.iterdir():
        assert SAID.encode() not in file.read_bytes(), file


def test_other_chats_than_planned_are_refused(tmp_path: Path):
    chats = read(written(tmp_path))
    own = {"own": OwnPrompts(path=chats.path, sha256="0" * 64)}
    with Scripted(answer()) as server:
        ended = run(plan_for(tmp_path, server.url, planned(chats), prompts=own))
        assert server.requests == []
    assert ended.code != 0
    assert "not the prompts that were planned, their digest differs" in ended.err
