"""Unique keys and the three policies."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from mixpeek.exceptions import (
    BadRequestException,
    ConflictException,
    NotFoundException,
    UnprocessableEntityException,
)

from conftest import fresh
from sdk import object_request


@pytest.fixture
def create(sdk, keyed_bucket):
    """Creates an object under a policy."""

    def create(policy, **fields):
        return sdk.objects.create_object_buckets(keyed_bucket, object_request(**fields), policy=policy)

    return create


def test_insert_creates_once_and_then_names_the_object_that_is_there(create):
    sku = fresh("sku")
    made = create("insert", sku=sku)
    with pytest.raises(ConflictException) as refusal:
        create("insert", sku=sku, title="another")
    # The wheel has no model for a 409, but the body is there.
    assert refusal.value.data is None
    envelope = json.loads(refusal.value.body)
    assert (envelope["success"], envelope["status"]) == (False, 409)
    assert (envelope["error"]["type"], envelope["error"]["code"]) == (
        "AlreadyExistsError",
        "unique_key_conflict",
    )
    assert envelope["error"]["details"] == {"existing_object_id": made.object_id, "unique_key": {"sku": sku}}


def test_update_needs_the_object_and_keeps_what_it_is(sdk, create):
    sku = fresh("sku")
    with pytest.raises(NotFoundException) as refusal:
        create("update", sku=sku)
    assert refusal.value.data.error.code == "unique_key_not_found"
    notes = {"property": "notes", "type": "text", "data": "kept"}
    made = create("insert", sku=sku, title="before", price=1.5, blobs=[notes])
    updated = create("update", sku=sku, title="after", blobs=[])
    assert (updated.object_id, updated.created_at) == (made.object_id, made.created_at)
    assert updated.updated_at >= made.updated_at
    assert updated.additional_properties == {"sku": sku, "title": "after", "price": 1.5}
    assert [blob.properties["text"] for blob in updated.blobs] == ["kept"]
    found = sdk.objects.get_object_buckets(updated.bucket_id, updated.object_id)
    assert found.additional_properties == updated.additional_properties


def test_upsert_creates_and_then_updates_the_same_object(create):
    sku = fresh("sku")
    made = create("upsert", sku=sku, title="one")
    again = create("upsert", sku=sku, title="two")
    assert again.object_id == made.object_id
    assert again.additional_properties["title"] == "two"


def test_new_blobs_replace_all_the_old_ones(create):
    sku = fresh("sku")
    create("insert", sku=sku, blobs=[{"property": "notes", "type": "text", "data": "old"}])
    blobs = [{"property": "clip", "type": "video", "data": "https://example.com/a.mp4"}]
    updated = create("upsert", sku=sku, blobs=blobs)
    assert [blob.var_property for blob in updated.blobs] == ["clip"]


def test_a_policy_must_come_from_somewhere(create):
    with pytest.raises(BadRequestException) as refusal:
        create(None, sku=fresh("sku"))
    assert refusal.value.data.error.code == "policy_required"


def test_the_buckets_default_policy_holds_where_none_is_named(sdk, make_bucket):
    bucket = make_bucket(unique_key={"fields": ["sku"], "default_policy": "upsert"}).bucket_id
    made = sdk.objects.create_object_buckets(bucket, object_request(sku="A"))
    assert sdk.objects.create_object_buckets(bucket, object_request(sku="A")).object_id == made.object_id
    with pytest.raises(ConflictException):
        sdk.objects.create_object_buckets(bucket, object_request(sku="A"), policy="insert")


def test_a_policy_that_does_not_exist_is_refused(create, sdk, bucket):
    for call in (
        lambda: create("replace", sku=fresh("sku")),
        lambda: sdk.objects.create_object_buckets(bucket, object_request(), policy="replace"),
    ):
        with pytest.raises(UnprocessableEntityException):
            call()


def test_a_policy_is_ignored_without_a_unique_key(sdk, bucket):
    made = {
        sdk.objects.create_object_buckets(bucket, object_request(sku="A"), policy="insert").object_id
        for _ in range(2)
    }
    assert len(made) == 2


@pytest.mark.parametrize("value", ["", None, "x" * 256])
def test_a_keys_value_must_be_there_and_fit(create, value):
    fields = {} if value is None else {"sku": value}
    with pytest.raises(UnprocessableEntityException) as refusal:
        create("insert", **fields)
    assert refusal.value.data.error.details["validation_errors"][0]["location"] == ["body", "sku"]


def test_a_compound_key_is_all_its_values_together(sdk, make_bucket):
    properties = {"shop": {"type": "string"}, "number": {"type": "integer"}}
    unique_key = {"fields": ["number", "shop"], "default_policy": "insert"}
    bucket = make_bucket(properties, unique_key).bucket_id
    made = sdk.objects.create_object_buckets(bucket, object_request(shop="a", number=1))
    other = sdk.objects.create_object_buckets(bucket, object_request(shop="a", number=2))
    assert other.object_id != made.object_id
    with pytest.raises(ConflictException):
        sdk.objects.create_object_buckets(bucket, object_request(shop="a", number=1))


def test_a_keys_value_may_come_from_a_blobs_metadata(create):
    sku = fresh("sku")
    made = create(
        "insert", blobs=[{"property": "notes", "type": "text", "data": "a", "metadata": {"sku": sku}}]
    )
    assert made.additional_properties["sku"] == sku
    with pytest.raises(ConflictException):
        create("insert", sku=sku)


def test_of_racing_inserts_exactly_one_wins(create):
    sku, clients = fresh("sku"), 8

    def race(number):
        try:
            return create("insert", sku=sku, title=str(number))
        except ConflictException as refusal:
            return json.loads(refusal.body)["error"]["details"]["existing_object_id"]

    with ThreadPoolExecutor(clients) as pool:
        outcomes = list(pool.map(race, range(clients)))
    [winner] = [outcome for outcome in outcomes if not isinstance(outcome, str)]
    losers = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert losers == [winner.object_id] * (clients - 1)
