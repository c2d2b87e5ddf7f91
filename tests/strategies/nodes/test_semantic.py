import pytest

from simulator.strategies.drive import Answer
from tests.strategies.scripted import refused, sent, serve, tree

EMBEDDED = Answer(seconds=0.1, columns={"input_tokens": 50, "output_tokens": 0})


def test_a_hit_pays_for_the_embedding_and_nothing_else() -> None:
    served = serve(tree("semantic: {with: tiny, of: big, hits: 100%, lookup: 20ms}"), EMBEDDED)
    assert sent(served) == [("tiny", "embed", 0, 1)]
    assert (served.reply.ok, served.reply.call_id, served.ended_at) == (True, "", pytest.approx(0.12))


def test_a_miss_pays_for_the_embedding_too() -> None:
    served = serve(tree("semantic: {with: tiny, of: big, hits: 0%, lookup: 20ms}"), EMBEDDED, "done")
    assert sent(served) == [("tiny", "embed", 0, 1), ("big", "answer", 1, 1)]
    assert (served.reply.text, served.ended_at) == ("done", pytest.approx(1.12))


def test_a_failed_embedding_is_a_miss() -> None:
    served = serve(tree("semantic: {with: tiny, of: big, hits: 100%}"), refused(), "done")
    assert (sent(served)[-1], served.reply.text) == (("big", "answer", 1, 1), "done")


def test_only_the_new_message_is_embedded_and_the_embedder_answers_nothing() -> None:
    node = tree("retry: {semantic: {with: tiny, of: big, hits: 0%}}")
    ask = serve(node, EMBEDDED, "done").attempts[0].reply.ask
    assert (ask.sees, ask.most_written, node.models(), node.embedders(), node.answerers()) == (
        "last_turn",
        0,
        {"tiny", "big"},
        {"tiny"},
        {"big"},
    )
