"""Which texts are origins of web pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.services.origins import web_origin
from gis.errors import InputError


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "*",
        "https://*",
        "https://*.example",
        "example.com",
        "ftp://example.com",
        "https://example.com/page",
        "https://example.com?x",
        "https://user@example.com",
        "https://example.com:99999",
        "https://exa mple.com",
        "https://a; script-src *",
        "https://a 'self'",
        "https://a\r\nX: y",
        "https://",
        "https://" + "a" * 300,
    ],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no origin"):
        web_origin(text)


@given(st.text(max_size=60))
def test_an_origin_never_breaks_out_of_a_header(text: str) -> None:
    try:
        origin = web_origin(f"https://{text}")
    except InputError:
        return
    assert origin.isascii()
    assert not set(origin) & set(" \t\r\n;,'\"*\\")


@given(st.sampled_from(["https://a.example", "http://10.0.0.1:8088", "http://[::1]:9"]))
def test_an_origin_stays_as_it_is(origin: str) -> None:
    assert web_origin(origin) == origin
