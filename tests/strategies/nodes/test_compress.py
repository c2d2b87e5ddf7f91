from tests.strategies.scripted import refused, sent, serve, tree

SHORTER = "compress: {of: big, over: 1000, to: 200, with: small}"


def test_a_short_prompt_is_sent_as_it_is() -> None:
    ask = serve(tree(SHORTER), "done", input_tokens=1000).reply.ask
    assert (ask.sees, ask.own_tokens) == ("all", 0)


def test_a_long_one_is_summarised_and_the_summary_is_paid_for() -> None:
    served = serve(tree(SHORTER), "summary", "done", input_tokens=1001)
    assert sent(served) == [("small", "compress", 0, 1), ("big", "answer", 1, 1)]
    writing, answering = (attempt.reply.ask for attempt in served.attempts)
    assert (writing.sees, writing.max_output_tokens) == ("all", 200)
    assert (answering.sees, answering.own_tokens) == ("last_turn", 200)


def test_where_no_summary_comes_the_whole_prompt_is_sent() -> None:
    served = serve(tree(SHORTER), refused(), "done", input_tokens=5000)
    assert served.reply.ask.sees == "all"


def test_an_application_that_keeps_a_summary_makes_no_extra_call() -> None:
    served = serve(tree("compress: {of: big, over: 1000, to: 200}"), "done", input_tokens=5000)
    assert (sent(served), served.reply.ask.own_tokens) == ([("big", "answer", 0, 1)], 200)
