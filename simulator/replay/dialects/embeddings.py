"""OpenAI embeddings, as most servers speak it: what a semantic cache asks beside the answers."""

from typing import ClassVar

from simulator.replay.dialects.chat import usage
from simulator.replay.dialects.dialect import Wanted, compact, parsed
from simulator.replay.reading import Reading


class Embeddings:
    path: ClassVar[str] = "/embeddings"

    def headers(self, key: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"} if key else {}

    def body(self, wanted: Wanted) -> bytes:
        return compact({"model": wanted.model, "input": wanted.messages[-1]["content"]})

    def event(self, reading: Reading, kind: bytes, data: bytes, at: int) -> None:
        """Embeddings are never streamed; a server that does is not understood."""
        del kind, data, at
        reading.malformed = True

    def whole(self, data: bytes, reading: Reading) -> None:
        answer = parsed(data, reading)
        if answer is None:
            return
        reading.malformed = not answer.get("data")
        if answer.get("usage"):
            reading.usage = usage({"completion_tokens": 0, **reading.block(answer["usage"])}, reading)
