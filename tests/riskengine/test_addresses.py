"""Addresses that may be called by their form, and those that may not."""

import pytest

from riskengine.addresses import AddressRefused, Allowed, target_of

ALLOWED = Allowed(("hooks.example.com", "*.below.example.com", "other.example.com:8443"))


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/told?x=1",
        "https://HOOKS.example.com:443/",
        "https://a.below.example.com/",
        "https://other.example.com:8443/x",
    ],
)
def test_allowed(url):
    assert target_of(url, ALLOWED).is_secure


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hooks.example.com/", "https"),
        ("https://user:secret@hooks.example.com/", "user name"),
        ("https://hooks.example.com@evil.example/", "user name"),
        ("https://hooks.example.com:8080/", "allowed hosts"),
        ("https://below.example.com/", "allowed hosts"),
        ("https://xbelow.example.com/", "allowed hosts"),
        ("https://other.example.com/", "allowed hosts"),
        ("https://hooks.example.com.evil.example/", "allowed hosts"),
        ("https://hooks.example.com\\@evil.example/", "characters"),
        ("http://127.0.0.1:80/", "own machine"),
        ("https://[::1]/", "own machine"),
        ("https://10.0.0.1/", "allowed hosts"),
        ("https://hooks.example.com/#x", "fragment"),
        ("file:///etc/passwd", "host"),
        ("https://hooks.example.com:99999/", "no address"),
        ("https://hooks.example.com/" + "x" * 2_000, "longer"),
    ],
)
def test_refused(url, why):
    with pytest.raises(AddressRefused, match=why) as refused:
        target_of(url, ALLOWED)
    assert "secret" not in str(refused.value)


def test_loopback_takes_a_setting():
    assert target_of("http://localhost:9/x", Allowed((), loopback=True)).port == 9
