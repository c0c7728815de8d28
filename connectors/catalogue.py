"""What each connector is, needs and can be told: the text of `journeysync connectors list`.

Beside the registry, so that listing connectors loads none of them. A test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class About:
    """One type of tool, in words."""

    what: str
    writes: bool
    """True for a CRM, which shows stages and keeps tasks where `write_to` names it."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Key in `journeysync.yaml` -> what it says."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Name after `JOURNEYSYNC_<TOOL>__`, in lower case -> where to get it."""
    shows: bool = False
    """True for another tool whose records show stages where `write_to` names it."""
    emits: str = ""
    """Where the event kinds depend on the data; empty: the connector lists them."""


_CALCOM: Mapping[str, str] = {
    "mapping": "mapping file of your own; absent: mappings/fields/calcom.yaml if it is there",
    "days_back": "how long after its end a booking may be marked as missed (14)",
    "base_url": "another address, such as a sandbox's",
    "proxy": "address of a proxy; the environment's is not used",
    "ca_file": "certificates to trust, where a firewall puts its own in between",
}

CATALOGUE: Mapping[str, About] = {
    "acuity": About(
        "An Acuity Scheduling account: appointments, moves, cancellations, no-shows, answers.",
        writes=False,
        settings={
            "user_id": "the number beside the API key",
            "mapping": "mapping file of your own; absent: mappings/fields/acuity.yaml if it is "
            "there",
            "days_back": "how far back every run looks (60): as long as a no-show may be marked",
            "days_ahead": "how far ahead customers can book (365)",
            "base_url": "another address, such as a sandbox's",
            "proxy": "address of a proxy; the environment's is not used",
            "ca_file": "certificates to trust, where a firewall puts its own in between",
        },
        secrets={
            "api_key": "API key: Acuity > Integrations > API",
            "access_token": "OAuth2 token, instead of `user_id` and `api_key`",
        },
    ),
    "calcom": About(
        "The hosted Cal.com: bookings, moves, cancellations, who was absent, ratings.",
        writes=False,
        settings=_CALCOM,
        secrets={"access_token": "API key: Cal.com > Settings > Developer > API keys"},
    ),
    "calcom-selfhosted": About(
        "A Cal.com (cal.diy) on a server of your own: the same, in its version of the API.",
        writes=False,
        settings={**_CALCOM, "base_url": "where it is, such as https://cal.example.com/api"},
        secrets={"access_token": "API key: Settings > Developer > API keys"},
    ),
    "caldav": About(
        "Any calendar, over CalDAV or as an .ics address: bookings with who is invited.",
        writes=False,
        settings={
            "url": "a CalDAV server, one calendar, or an .ics file; `webcal://` does too",
            "user": "the user's name, with `password`",
            "calendars": "names of the calendars to read; absent: all",
            "own": "your own addresses or domains, who are never customers",
            "staff": "what maps call your people: {address: name}",
            "no_show": "what a title or category says of a visit to which nobody came",
            "private": "true reads private events too",
            "free": "true reads events that are shown as free, too",
            "history_days": "how far back to look (730)",
            "days_ahead": "how far ahead a series is told (365)",
            "mapping": "mapping file of your own; absent: mappings/fields/caldav.yaml if it is "
            "there",
            "proxy": "address of a proxy; the environment's is not used",
            "ca_file": "certificates to trust, where a firewall puts its own in between",
        },
        secrets={
            "password": "the user's password, better an app password",
            "access_token": "token, instead of `user` and `password`",
            "feed": "an .ics address that is a secret, instead of `url`",
        },
    ),
    "calendly": About(
        "A Calendly organisation: bookings, moved, cancelled, kept or not, with who is invited.",
        writes=False,
        settings={
            "mapping": "mapping file of your own; absent: mappings/fields/calendly.yaml if it is "
            "there",
            "scope": "organization (default) or user: whose bookings",
            "history_days": "how far back a full reading looks, 730 by default",
            "days_back": "how far back every reading looks for changes, 60 by default",
            "no_show_days": "how long after a visit a no-show may be marked, 7 by default",
            "calls_per_minute": "where the call budget begins; Calendly's answers correct it",
            "salesforce": "name of the tool that `salesforce_uuid` speaks of",
            "proxy": "address of a proxy; the environment's is not used",
            "ca_file": "certificates to trust, where a firewall puts its own in between",
            "base_url": "another address, such as a sandbox's",
        },
        secrets={"access_token": "personal access token: Calendly > Integrations > API"},
    ),
    "files": About(
        "People and events from CSV, JSONL or Parquet files: brings anything in.",
        writes=False,
        settings={
            "people": "file of people, from the workspace folder",
            "events": "file of events, from the workspace folder",
        },
        emits="every kind that its events file holds",
    ),
    "hubspot": About(
        "A HubSpot portal: contacts, companies, deals, meetings, calls, e-mails, messages, tasks.",
        writes=True,
        settings={
            "mapping": "mapping file of your own; absent: mappings/fields/hubspot.yaml if it is "
            "there",
            "api_version": "2026-03 (default), 2026-09 or v3",
            "base_url": "another address, such as a sandbox's",
            "proxy": "address of a proxy; the environment's is not used",
            "ca_file": "certificates to trust, where a firewall puts its own in between",
            "calls_per_10_seconds": "where the call budget begins; the portal's answers correct it",
            "searches_per_second": "1 to 5; HubSpot allows 5 to all apps together",
            "daily_reserve": "share of the day's calls that is left to other apps, such as 0.05",
        },
        secrets={
            "access_token": "service key or private app token: HubSpot > Settings > Integrations",
            "client_id": "with the next two, instead of a key: the number of your OAuth app",
            "client_secret": "the secret of your OAuth app",
            "refresh_token": "what your OAuth app was given when it was connected to the portal",
        },
    ),
    "salesforce": About(
        "A Salesforce org: leads, contacts, accounts, opportunities, activities, cases, campaigns.",
        writes=True,
        settings={
            "base_url": "the org's My Domain address, such as https://acme.my.salesforce.com",
            "sign_in": "client_credentials (default), jwt, session, or the legacy password",
            "username": "integration user, where a signed key or a password signs in",
            "private_key_file": "file of the app's private key, from the workspace folder",
            "audience": "login (default), or test for a sandbox org that a signed key opens",
            "api_version": "64.0 by default",
            "mapping": "mapping file of your own; absent: mappings/fields/salesforce.yaml if it is "
            "there",
            "daily_reserve": "share of the day's calls that is left to other programs (0.1)",
            "bulk_from": "from so many records on, Bulk API 2.0 is used (20000)",
            "automation_users": "integration users whose changes are no person's",
            "proxy": "address of a proxy; the environment's is not used",
            "ca_file": "certificates to trust, where a firewall puts its own in between",
        },
        secrets={
            "client_id": "consumer key of an External Client App",
            "client_secret": "consumer secret of the External Client App",
            "private_key": "instead: the app's private key, in PEM form",
            "session_id": "instead: a session that somebody opened; it cannot be renewed",
            "password": "legacy: the user's password, with `sign_in: password`",
            "security_token": "legacy: the user's security token",
        },
    ),
    "shopify": About(
        "A Shopify shop: customers, orders, parcels, returns, carts, invoices, subscriptions.",
        writes=False,
        shows=True,
        settings={
            "shop": "NAME.myshopify.com",
            "api_version": "2026-10 (default), or a later one",
            "mapping": "mapping file of your own; absent: mappings/fields/shopify.yaml if it is "
            "there",
            "sweep_hours": "how often a reading also looks what was deleted (24; 0: always)",
            "bulk_from": "from how many records on Shopify writes them into a file (500)",
            "test_orders": "true also reads orders that were paid with no real money",
            "ca_file": "certificates to trust, where a firewall puts its own in between",
            "base_url": "another address, such as a sandbox's",
        },
        secrets={
            "client_id": "of an app of your own: Shopify's Dev Dashboard > Apps > Settings",
            "client_secret": "beside the client id; tokens of a day are made with the two",
            "access_token": "instead of the two: token of an older custom app (shpat_...)",
        },
    ),
    "stripe": About(
        "A Stripe account: customers, invoices, payments, subscriptions, refunds, disputes.",
        writes=False,
        shows=True,
        settings={
            "shop": "the tool that is the shop, so that its orders are not told twice",
            "livemode": "false reads test data; true (default) refuses it",
            "mapping": "mapping file of your own; absent: mappings/fields/stripe.yaml if it is "
            "there",
            "calls_per_second": "how fast to ask (20); Stripe allows 25 of one kind",
            "base_url": "another address, such as a sandbox's",
        },
        secrets={
            "api_key": "restricted key with read rights, to show stages with the right to write "
            "customers: Stripe > Developers > API keys",
        },
    ),
    "woocommerce": About(
        "A WooCommerce shop: carts, orders, refunds, customers and guests.",
        writes=False,
        shows=True,
        settings={
            "url": "the shop's address, https://...; plain http only on this machine",
            "auth": "auto (default), basic or oauth1; the key never stands in an address",
            "mapping": "mapping file of your own; absent: mappings/fields/woocommerce.yaml if it "
            "is there",
            "sweep_hours": "how often a reading also looks what was deleted (24; 0: always)",
            "ca_file": "certificates to trust, where a firewall puts its own in between",
        },
        secrets={
            "consumer_key": "WooCommerce > Settings > Advanced > REST API, with read access; to "
            "show stages, with read/write access",
            "consumer_secret": "shown once beside the key",
        },
    ),
}
"""Type of tool -> what it is."""
