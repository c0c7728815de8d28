"""E-mail addresses and phone numbers in the form in which they are compared and shown."""

import pytest

from journeysync.core.addresses import masked_email, masked_phone, normal_email, normal_phone


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("  ann@example.com\t", "ann@example.com"),
        ("ann+shop@example.com", "ann+shop@example.com"),
        ("a.n.n@gmail.com", "a.n.n@gmail.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ANN@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("Jürgen@example.com", "jürgen@example.com"),
        ("ann", ""),
        ("@example.com", ""),
        ("ann@", ""),
        ("n/a", ""),
        ("", ""),
    ],
)
def test_normal_email(text: str, normal: str) -> None:
    assert normal_email(text) == normal


@pytest.mark.parametrize(
    ("text", "region", "normal"),
    [
        ("020 7946 0958", "GB", "+442079460958"),
        ("+44 (0)20 7946-0958", None, "+442079460958"),
        ("020 7946 0958", None, ""),
        ("12", "GB", ""),
        ("call me", "GB", ""),
        ("", "GB", ""),
    ],
)
def test_normal_phone(text: str, region: str | None, normal: str) -> None:
    assert normal_phone(text, region) == normal


def test_masks_hide_whom_a_key_belongs_to() -> None:
    assert masked_email("ina@example.com") == "i***@example.com"
    assert masked_phone("+442079460958") == "+44***58"
