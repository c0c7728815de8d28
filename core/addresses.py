"""E-mail addresses and phone numbers: the one form in which they are compared, and how they show.

Values only: whether an address may join two records is decided in `core.identity`.
Never asks a network and never says a whole address.
"""

import idna
import phonenumbers


def normal_email(text: str) -> str:
    """Trim, lower-case and write the host in ASCII; empty where the text is no address at all.

    Dots and `+tags` before the `@` stay: whether they matter is the mail host's secret.
    """
    local, at, host = text.strip().lower().rpartition("@")
    if not (local and at and host):
        return ""
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            return f"{local}@{host}"
    return f"{local}@{host}"


def normal_phone(text: str, region: str | None) -> str:
    """Write a number as E.164; empty where it is none, or names no country and we know none."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def normal_name(text: str) -> str:
    """Write a last name so that case and outer spaces make no difference."""
    return text.strip().casefold()


def masked_email(address: str) -> str:
    """Show enough of an address to find it, not enough to use it: `i***@example.com`."""
    local, at, host = address.rpartition("@")
    return f"{local[:1]}***@{host}" if at else "***"


def masked_phone(number: str) -> str:
    """Show the beginning and the last two digits of a number."""
    return f"{number[:3]}***{number[-2:]}"
