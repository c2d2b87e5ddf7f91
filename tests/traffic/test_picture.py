"""The picture of a trace: whole, and the same bytes for the same trace."""

import pytest

from simulator.errors import BadInput
from simulator.traffic import formats, picture
from simulator.traffic.generate import generate
from tests.traffic.plans import chat


def test_the_same_trace_is_the_same_picture(trace, tmp_path):
    for name in ("a.svg", "b.svg"):
        picture.write(trace, tmp_path / name)
    drawn = (tmp_path / "a.svg").read_text()
    assert drawn == (tmp_path / "b.svg").read_text()
    assert all(
        word in drawn for word in ("Requests per second", "Share of gaps longer than", "input tokens", "Poisson")
    )


def test_a_trace_whose_requests_come_at_once_is_drawn(tmp_path):
    rows = "TIMESTAMP,ContextTokens,GeneratedTokens\n" + "2026-11-01 10:00:00,5,5\n" * 4
    (tmp_path / "a.csv").write_text(rows)
    picture.write(formats.read(tmp_path / "a.csv").trace, tmp_path / "a.svg")
    assert "All requests come at once" in (tmp_path / "a.svg").read_text()


def test_too_little_is_refused(tmp_path):
    with pytest.raises(BadInput, match="make no picture"):
        picture.write(generate(chat(), span_s=1e-6, seed=1), tmp_path / "a.svg")


def test_another_kind_of_picture_is_refused_by_its_name(trace, tmp_path):
    with pytest.raises(BadInput, match=r"pictures are drawn as SVG; name it a\.svg"):
        picture.write(trace, tmp_path / "a.png")
