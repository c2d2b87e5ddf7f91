import pytest

from tests.strategies.scripted import serve, tree


def test_passages_go_to_the_answer_and_not_to_the_classifier() -> None:
    node = tree("""
retrieve:
  of: {classify: {with: small, rubric_tokens: 100, routes: {easy: small, hard: big}, otherwise: hard}}
  chunks: 4
  chunk_tokens: 300
  search: 50ms
""")
    served = serve(node, "easy", "done")
    assert [attempt.reply.ask.instructions_tokens for attempt in served.attempts] == [100, 1200]
    assert served.ended_at == pytest.approx(2.05)
