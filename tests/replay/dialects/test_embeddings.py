"""Embeddings over the wire: the new message out, its tokens back, whatever API the answers speak."""

import json

from tests.replay.rig import replay
from tests.replay.scripted import Scripted, answer, plain

SEMANTIC = {"semantic": {"with": "tiny", "of": "big", "hits": "0%"}}


def test_a_semantic_cache_asks_for_an_embedding_and_then_for_an_answer():
    vector = json.dumps({"data": [{"embedding": [0.1]}], "usage": {"prompt_tokens": 7, "total_tokens": 7}}).encode()
    with Scripted(plain(200, vector, content_type="application/json"), answer()) as server:
        rows = replay(server.url, strategy=SEMANTIC)
        body = server.body(0)
    assert body["model"] == "tiny"
    assert isinstance(body["input"], str)
    assert "messages" not in body
    embedded, answered = rows.calls
    assert (embedded.purpose, embedded.outcome, embedded.usage_source) == ("embed", "ok", "reported")
    assert (embedded.input_tokens, embedded.output_tokens, embedded.served) == (7, 0, False)
    assert (answered.model, answered.served) == ("big", True)


def test_an_answer_without_vectors_is_a_miss():
    with Scripted(plain(200, b'{"data": []}', content_type="application/json"), answer()) as server:
        rows = replay(server.url, strategy=SEMANTIC)
    assert rows.outcomes() == ["malformed", "ok"]
    assert rows.requests[0].final_outcome == "ok"
