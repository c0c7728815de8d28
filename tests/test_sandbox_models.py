"""Every kind of answer of the pretend HubSpot decodes through hubspot-api-client's own models.

The client checks what it gets: a missing or wrongly typed field of its models is an error.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm.associations.v4 import (
    BatchInputPublicAssociationMultiPost,
    BatchInputPublicDefaultAssociationMultiPost,
    BatchInputPublicFetchAssociationsBatchRequest,
)
from hubspot.crm.objects import (
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId,
    PublicObjectSearchRequest,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.properties import (
    BatchInputPropertyCreate,
    BatchReadInputPropertyName,
    PropertyCreate,
    PropertyGroupCreate,
    PropertyGroupUpdate,
    PropertyUpdate,
)
from sandbox_client import running

DUE = "2026-11-21T10:00:00Z"
KEY = {
    "name": "model_key", "label": "Key", "type": "string", "field_type": "text",
    "group_name": "task", "has_unique_value": True,
}  # fmt: skip
CHOICE = {
    "name": "model_stage", "label": "Stage", "type": "enumeration", "field_type": "select",
    "group_name": "model_group",
    "options": [{"label": "A", "value": "a", "displayOrder": 0, "hidden": False}],
}  # fmt: skip
LINK = {"from": {"id": "99952"}, "to": {"id": "8000001"}}
TASK_TO_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}
SOME_LINKED = [{"id": "99969"}, {"id": "99951"}]
TYPES = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with running() as box:
        tool = box.sandbox.tools["hubspot"]
        yield HubSpot(access_token=tool["access_token"], host=tool["base_url"])


def objects(client: Any, method: str, *arguments: Any, **more: Any) -> Any:
    return getattr(client.crm.objects.basic_api, method)(*arguments, **more)


def batches(client: Any, method: str, *arguments: Any) -> Any:
    return getattr(client.crm.objects.batch_api, method)(*arguments)


def task(**more: str) -> dict[str, str]:
    return {"hs_timestamp": DUE, "hs_task_subject": "Call", **more}


def new(**properties: str) -> Any:
    return SimplePublicObjectInputForCreate(properties=properties, associations=[])


Call = Callable[[Any], Any]


def page_of(kind: str) -> Call:
    return lambda client: objects(
        client, "get_page", kind, limit=20, properties_with_history=HISTORY
    )


HISTORY = ["dealstage", "hs_meeting_outcome", "lifecyclestage"]
CALLS: dict[str, tuple[Call, str]] = {
    **{
        f"a page of {kind}": (
            page_of(kind),
            "CollectionResponseSimplePublicObjectWithAssociationsForwardPaging",
        )
        for kind in (
            "contacts", "companies", "deals", "meetings", "calls", "emails", "communications",
            "notes", "tasks", "tickets",
        )
    },
    "a page with associations": (
        lambda client: objects(
            client, "get_page", "contacts", limit=50, associations=["companies", "deals"]
        ),
        "CollectionResponseSimplePublicObjectWithAssociationsForwardPaging",
    ),
    "archived ones": (
        lambda client: objects(client, "get_page", "contacts", archived=True),
        "CollectionResponseSimplePublicObjectWithAssociationsForwardPaging",
    ),
    "one contact": (
        lambda client: client.crm.contacts.basic_api.get_by_id(
            "99951", properties_with_history=["lifecyclestage"], associations=["meetings"]
        ),
        "SimplePublicObjectWithAssociations",
    ),
    "one contact by e-mail": (
        lambda client: client.crm.contacts.basic_api.get_by_id(
            "maya.okafor@example.com", id_property="email"
        ),
        "SimplePublicObjectWithAssociations",
    ),
    "a new task": (
        lambda client: objects(
            client,
            "create",
            "tasks",
            SimplePublicObjectInputForCreate(
                properties=task(),
                associations=[{"to": {"id": "99951"}, "types": [TASK_TO_CONTACT]}],
            ),
        ),
        "SimplePublicObject",
    ),
    "a changed contact": (
        lambda client: objects(
            client, "update", "contacts", "99951", SimplePublicObjectInput({"city": "Hove"})
        ),
        "SimplePublicObject",
    ),
    "an archived company": (
        lambda client: objects(client, "archive", "companies", "8000002"), "NoneType",
    ),
    "batch read": (
        lambda client: batches(
            client, "read", "contacts",
            BatchReadInputSimplePublicObjectId(
                inputs=[{"id": "99951"}], properties=["city"],
                properties_with_history=["lifecyclestage"],
            ),
        ),
        "BatchResponseSimplePublicObject",
    ),
    "batch read with one that is lost": (
        lambda client: batches(
            client, "read", "contacts",
            BatchReadInputSimplePublicObjectId(
                inputs=[{"id": "99951"}, {"id": "7"}], properties=[], properties_with_history=[]
            ),
        ),
        "BatchResponseSimplePublicObjectWithErrors",
    ),
    "batch create": (
        lambda client: batches(
            client, "create", "tasks",
            BatchInputSimplePublicObjectBatchInputForCreate(
                inputs=[{"properties": task(), "associations": []}]
            ),
        ),
        "BatchResponseSimplePublicObject",
    ),
    "batch update with a failed row": (
        lambda client: batches(
            client, "update", "contacts",
            BatchInputSimplePublicObjectBatchInput(
                inputs=[
                    {"id": "99951", "properties": {"city": "B"}, "objectWriteTraceId": "1"},
                    {"id": "99952", "properties": {"nope": "B"}, "objectWriteTraceId": "2"},
                ]
            ),
        ),
        "BatchResponseSimplePublicObjectWithErrors",
    ),
    "batch archive": (
        lambda client: batches(
            client, "archive", "notes", BatchInputSimplePublicObjectId(inputs=[{"id": "45000001"}])
        ),
        "NoneType",
    ),
    "a search": (
        lambda client: client.crm.objects.search_api.do_search(
            "contacts", PublicObjectSearchRequest(limit=3, properties=["email", "city"])
        ),
        "CollectionResponseWithTotalSimplePublicObjectForwardPaging",
    ),
    "associations of one": (
        lambda client: client.crm.associations.v4.basic_api.get_page(
            "contacts", "99968", "companies"
        ),
        "CollectionResponseMultiAssociatedObjectWithLabelForwardPaging",
    ),
    "associations of many, some without": (
        lambda client: client.crm.associations.v4.batch_api.get_page(
            "contacts", "companies",
            BatchInputPublicFetchAssociationsBatchRequest(inputs=SOME_LINKED),
        ),
        "BatchResponsePublicAssociationMultiWithLabelWithErrors",
    ),
    "associations made": (
        lambda client: client.crm.associations.v4.batch_api.create(
            "contacts", "companies",
            BatchInputPublicAssociationMultiPost(inputs=[{**LINK, "types": TYPES}]),
        ),
        "BatchResponseLabelsBetweenObjectPair",
    ),
    "plain associations made": (
        lambda client: client.crm.associations.v4.batch_api.create_default(
            "contacts", "companies", BatchInputPublicDefaultAssociationMultiPost(inputs=[LINK])
        ),
        "BatchResponsePublicDefaultAssociation",
    ),
    "one plain association made": (
        lambda client: client.crm.associations.v4.basic_api.create_default(
            "contacts", "99952", "companies", "8000001"
        ),
        "BatchResponsePublicDefaultAssociation",
    ),
    "one labelled association made": (
        lambda client: client.crm.associations.v4.basic_api.create(
            "contacts", "99952", "companies", "8000001", TYPES
        ),
        "LabelsBetweenObjectPair",
    ),
    "labels": (
        lambda client: client.crm.associations.v4.schema.definitions_api.get_all(
            "contacts", "companies"
        ),
        "CollectionResponseAssociationSpecWithLabelNoPaging",
    ),
    "owners": (
        lambda client: client.crm.owners.owners_api.get_page(limit=2),
        "CollectionResponsePublicOwnerForwardPaging",
    ),
    "an owner who left": (
        lambda client: client.crm.owners.owners_api.get_by_id(77_004, archived=True), "PublicOwner",
    ),
    "pipelines": (
        lambda client: client.crm.pipelines.pipelines_api.get_all("deals"),
        "CollectionResponsePipelineNoPaging",
    ),
    "stages": (
        lambda client: client.crm.pipelines.pipeline_stages_api.get_all("deals", "default"),
        "CollectionResponsePipelineStageNoPaging",
    ),
    "property definitions": (
        lambda client: client.crm.properties.core_api.get_all("contacts"),
        "CollectionResponsePropertyNoPaging",
    ),
    "one definition": (
        lambda client: client.crm.properties.core_api.get_by_name("deals", "dealstage"),
        "ModelProperty",
    ),
    "groups": (
        lambda client: client.crm.properties.groups_api.get_all("contacts"),
        "CollectionResponsePropertyGroupNoPaging",
    ),
    "a new group": (
        lambda client: client.crm.properties.groups_api.create(
            "contacts", PropertyGroupCreate(name="model_group", label="Ours", display_order=-1)
        ),
        "PropertyGroup",
    ),
    "a changed group": (
        lambda client: client.crm.properties.groups_api.update(
            "contacts", "model_group", PropertyGroupUpdate(label="Ours alone")
        ),
        "PropertyGroup",
    ),
    "a new definition": (
        lambda client: client.crm.properties.core_api.create("contacts", PropertyCreate(**CHOICE)),
        "ModelProperty",
    ),
    "a changed definition": (
        lambda client: client.crm.properties.core_api.update(
            "contacts", "model_stage", PropertyUpdate(label="Stage of ours")
        ),
        "ModelProperty",
    ),
    "an archived definition": (
        lambda client: client.crm.properties.core_api.archive("contacts", "model_stage"),
        "NoneType",
    ),
    "definitions in a batch": (
        lambda client: client.crm.properties.batch_api.create(
            "tasks", BatchInputPropertyCreate(inputs=[PropertyCreate(**KEY)])
        ),
        "BatchResponseProperty",
    ),
    "definitions read in a batch": (
        lambda client: client.crm.properties.batch_api.read(
            "tasks", BatchReadInputPropertyName(inputs=[{"name": "model_key"}], archived=False)
        ),
        "BatchResponseProperty",
    ),
    "upsert by our own key": (
        lambda client: batches(
            client, "upsert", "tasks",
            BatchInputSimplePublicObjectBatchInputUpsert(
                inputs=[{"id": "k1", "idProperty": "model_key", "properties": task()}]
            ),
        ),
        "BatchResponseSimplePublicUpsertObject",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "model"), CALLS.values(), ids=CALLS)
def test_an_answer_decodes(client: Any, call: Call, model: str) -> None:
    """The cases stand in the order in which one makes what a later one needs."""
    assert type(call(client)).__name__ == model


def test_account_details() -> None:
    """This one has no typed call in the client."""
    with running(1) as box:
        details = box.hubspot("GET", "/account-info/2026-03/details").body
    assert {"portalId", "accountType", "timeZone", "companyCurrency", "uiDomain"} <= set(details)


def test_association_types_are_those_of_the_client() -> None:
    """Every type the client names and we have carries the same number."""
    from hubspot.crm import AssociationType

    from journeysync.sandbox.hubspot.kinds import KINDS, LINK_TYPES

    numbers = {
        f"{'PRIMARY_' if link.label else ''}{KINDS[source].upper}_TO_{KINDS[target].upper}": link.id
        for (source, target), links in LINK_TYPES.items()
        for link in links.values()
    }
    named = {
        name: number for name, number in vars(AssociationType).items() if isinstance(number, int)
    }
    both = set(numbers) & set(named)
    assert len(both) > 40
    assert {name: numbers[name] for name in both} == {name: named[name] for name in both}
