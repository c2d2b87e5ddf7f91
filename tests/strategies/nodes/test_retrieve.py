import pytest

from tests.strategies.scripted import refused, sent, serve, tree


def test_passages_go_to_the_answer_and_not_to_the_classifier() -> None:
    node = tree("""
retrieve:
  of: {classify: {with: small, rubric_tokens: 100, routes: {easy: small, hard: big}, otherwise: hard}}
  chunks: 4
  chunk_tokens: 300
  search: 50ms
""")
    served = serve(node, "easy", "done")
    assert [(a.reply.ask.instructions_tokens, a.reply.ask.own_tokens) for a in served.attempts] == [(100, 0), (0, 1200)]
    assert served.ended_at == pytest.approx(2.05)


def test_a_search_by_meaning_pays_for_an_embedding_of_the_new_message_first() -> None:
    node = tree("retrieve: {with: tiny, of: small, chunks: 2, chunk_tokens: 100, search: 50ms}")
    served = serve(node, "", "done", parts=(450, 50))
    assert sent(served) == [("tiny", "embed", 0, 1), ("small", "answer", 1, 1)]
    assert served.attempts[0].reply.ask.seen_tokens(served.request) == 50
    assert served.attempts[1].reply.ask.own_tokens == 200
    assert (node.embedders(), node.answerers()) == ({"tiny"}, {"small"})


def test_without_an_embedding_there_are_no_passages() -> None:
    served = serve(tree("retrieve: {with: tiny, of: small, chunks: 2}"), refused(), "done")
    assert served.attempts[1].reply.ask.own_tokens == 0
