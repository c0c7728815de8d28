"""`connectors list` says of every connector what it really takes and gives."""

import pytest
from command_line import run

from journeysync.connectors import registry
from journeysync.connectors.catalogue import CATALOGUE
from journeysync.connectors.hubspot.settings import Settings


def test_every_connector_is_described() -> None:
    """What can be made is listed, and nothing else."""
    assert set(CATALOGUE) == set(registry.TYPES)


def test_the_settings_are_the_connectors_own() -> None:
    """HubSpot's keys, secrets apart."""
    about = CATALOGUE["hubspot"]

    assert set(about.settings) | set(about.secrets) == set(Settings.model_fields)


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_list(name: str) -> None:
    """One document, with the variables to set and the kinds that maps can use."""
    ran = run("connectors", "list", "--json")

    listed = ran.document[name]
    assert ran.code == 0
    assert listed["emits"]
    assert all(variable.startswith("JOURNEYSYNC_") for variable in listed["secrets"])
    assert f"{name}  {listed['what']}" in ran.err
