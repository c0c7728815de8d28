"""People whom a tool knows by an address only: it has no record of them, just what they did.

Their person record is made of the address, so that all they did in one tool is one person's, and
a customer of ten bookings is one record, not ten. Such a `PersonRecord` is `gathered`. Pure.
"""

import hashlib

from journeysync.core.addresses import normal_email

LENGTH = 20


def guest_id(email: str) -> str:
    """Name a person by their address, without showing it; empty where there is no address."""
    address = normal_email(email)
    return hashlib.sha256(address.encode()).hexdigest()[:LENGTH] if address else ""
