"""Salesforce: a CRM that is both read and written; two halves over one client."""

import time
from collections.abc import Callable

from journeysync.connectors.salesforce.destination import Shows
from journeysync.connectors.salesforce.settings import Settings, read_settings
from journeysync.connectors.salesforce.source import SalesforceSource
from journeysync.core.ports import ToolSetup


class Salesforce(SalesforceSource, Shows):
    """One org, as `Source` and `Destination`."""

    def __init__(
        self,
        setup: ToolSetup,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        SalesforceSource.__init__(self, setup, settings, sleep=sleep, monotonic=monotonic)
        Shows.__init__(self, self.client, setup.timezone)


def make(setup: ToolSetup) -> Salesforce:
    """Make the connector of a tool. Sends no request."""
    return Salesforce(setup, read_settings(setup))
