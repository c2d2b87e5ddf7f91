import re

import pytest

from simulator.errors import InvalidFile
from simulator.scenario.target import Target
from simulator.yamlfile import parse

APP = """\
url: http://127.0.0.1:9/api
api: app
app:
  path: /chat
  body: {question: "{prompt}", stream: "{stream}"}
  text: delta.text
"""


def test_an_application_says_how_it_is_asked_and_read() -> None:
    found = parse(APP, Target, name="t.yaml")
    assert found.app is not None
    assert (found.app.path, found.app.text) == ("/chat", "delta.text")


@pytest.mark.parametrize("text", ["api: app\n", APP.replace("api: app", "api: chat")])
def test_the_app_block_goes_with_the_api(text: str) -> None:
    with pytest.raises(InvalidFile, match="app block go together"):
        parse(text, Target, name="t.yaml")


@pytest.mark.parametrize("name", ["Authorization", "x-api-key", "Cookie"])
def test_a_header_that_would_hold_a_key_is_refused(name: str) -> None:
    with pytest.raises(InvalidFile, match=r"t\.yaml:1:\d+: headers: .* name its variable in key_env"):
        parse(f"headers: {{{name}: secret}}\n", Target, name="t.yaml")


def test_a_url_has_a_scheme() -> None:
    with pytest.raises(InvalidFile, match="write http://"):
        parse("url: staging.example.com/v1\n", Target, name="t.yaml")


def test_a_client_that_does_not_wait_at_all_is_refused() -> None:
    assert parse("timeouts: {total: 1ms}\n", Target, name="t.yaml").timeouts.total == 0.001
    with pytest.raises(InvalidFile, match=r"t\.yaml:1:19: timeouts\.total: must be more than 0, got 0s"):
        parse("timeouts: {total: 0s}\n", Target, name="t.yaml")


def test_further_fields_of_the_body_are_what_json_knows() -> None:
    found = parse("body: {temperature: 0.2, response_format: {type: json_object}}\n", Target, name="t.yaml").body
    assert found == {"temperature": 0.2, "response_format": {"type": "json_object"}}
    assert type(found["temperature"]) is float


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("body: {model: x, stream: true}\n", "model, stream: a run fills this in itself"),
        ("body: {api-key: x}\n", "name its variable in key_env"),
        (APP + "body: {temperature: 0}\n", "an application's whole body stands in app.body"),
    ],
)
def test_a_body_leaves_alone_what_is_not_the_user_s(text: str, says: str) -> None:
    with pytest.raises(InvalidFile, match=re.escape(says)):
        parse(text, Target, name="t.yaml")
