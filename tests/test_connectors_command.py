"""`connectors list` says of every connector what it really takes and gives."""

import importlib

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


def test_the_list_says_what_write_to_may_name() -> None:
    """Of each connector as it can do it: CRMs keep tasks, shops show stages, too."""
    told = run("connectors", "list").out
    listed = run("connectors", "list", "--json").document
    for name, maker in registry.TYPES.items():
        module = importlib.import_module(maker.partition(":")[0])
        made = [
            one
            for one in vars(module).values()
            if isinstance(one, type) and one.__module__.startswith("journeysync.connectors")
        ]
        shows = any(hasattr(one, "write_records") for one in made)
        keeps_tasks = any(hasattr(one, "create_tasks") for one in made)
        line = told.split(f"{name}  ", 1)[1].splitlines()[1]

        assert listed[name]["writes"] == keeps_tasks == ("tasks" in line), name
        assert listed[name]["shows_stages"] == shows == ("`write_to`" in line), name
