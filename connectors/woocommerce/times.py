"""Instants in the forms that WooCommerce and its plugins use. Pure."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_gmt(value: object) -> datetime | None:
    """Read a `*_gmt` value, which is UTC though no letter says so; None for what is none."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def parse_any(value: object) -> datetime | None:
    """Read what plugins keep: seconds since 1970 as a number or text, or a date."""
    text = str(value).strip()
    if text.isdecimal():
        try:
            return _EPOCH + timedelta(seconds=int(text))
        except OverflowError:
            return None
    return parse_gmt(text)


def naive(at: datetime) -> str:
    """Write an instant as `modified_after` wants it beside `dates_are_gmt`: never with a `Z`.

    With a `Z` beside the flag, shops east of Greenwich leave rows out without a word.
    """
    return at.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()
