"""An embedding of the new message: what a search for stored answers, or for passages, begins with and pays for."""

import numpy as np

from simulator.strategies.batch import Evaluation, Rows, Sent
from simulator.strategies.effects import EMBED, Ask, Turn
from simulator.strategies.node import Node


def embedding_of(turn: Turn, node: Node, model: str, *, assumed_s: float) -> Ask:
    """Begin the call; `assumed_s` is how long it takes where that was not recorded."""
    return Ask(
        model,
        node.path,
        purpose=EMBED,
        call=turn.next_call(),
        sees="last_turn",
        max_output_tokens=1,
        assumed_s=assumed_s,
    )


def book_embeddings(evaluation: Evaluation, node: Node, model: str, rows: Rows, *, assumed_s: float) -> Rows:
    """The same for columns: every request is embedded; returns them with the time that took."""
    tokens, written = evaluation.batch.new_tokens[rows.at], np.zeros(len(rows.at), dtype=np.int64)
    evaluation.sent.append(Sent(node.path, model, EMBED, rows.at, tokens, written, rows.tier))
    return rows.later(rows.takes(assumed_s), calls=1)
