"""Creating objects: custom fields, duplicates, idempotency keys."""

import mixpeek
import pytest
from mixpeek.exceptions import UnprocessableEntityException

from conftest import fresh
from sdk import object_request


def test_a_new_object_has_its_own_record(sdk, bucket):
    made = sdk.objects.create_object_buckets(bucket, object_request(title="A", key_prefix="/a"))
    assert made.object_id.startswith("obj_")
    assert (made.bucket_id, made.key_prefix) == (bucket, "/a")
    assert made.status == mixpeek.TaskStatusEnum.PENDING
    assert made.error is None
    [source] = made.source_details
    assert (source.type.value, source.source_id) == ("bucket", bucket)
    assert made.created_at == made.updated_at
    assert made.consistency.retriever_visible == "after_processing"
    assert made.consistency.write_token_available is False


def test_custom_fields_are_kept_at_the_root_as_they_came(sdk, bucket):
    fields = {
        "title": "declared",
        "price": 12.5,
        "undeclared": {"nested": [1, "two", None, {"deep": True}]},
        "metadata": {"category": "contracts", "status": "draft"},
        "unicode": "żółć 文字 🗂",
        "zero": 0,
        "empty": "",
        "nothing": None,
    }
    made = sdk.objects.create_object_buckets(bucket, object_request(**fields))
    found = sdk.objects.get_object_buckets(bucket, made.object_id)
    assert made.additional_properties == found.additional_properties == fields


def test_the_wheels_constructor_takes_custom_fields_as_additional_properties(sdk, bucket):
    data = mixpeek.Data("hello")
    blob = mixpeek.CreateBlobRequest(property="notes", type=mixpeek.BucketSchemaFieldType.TEXT, data=data)
    request = mixpeek.CreateObjectRequest(blobs=[blob], additional_properties={"title": "B"})
    made = sdk.objects.create_object_buckets(bucket, request)
    assert made.additional_properties == {"title": "B"}


def test_edges_are_kept(sdk, bucket):
    target = sdk.objects.create_object_buckets(bucket, object_request()).object_id
    edges = [{"type": "cites", "target_object_id": target, "direction": "out", "attributes": {"page": 3}}]
    made = sdk.objects.create_object_buckets(bucket, object_request(edges=edges))
    [edge] = sdk.objects.get_object_buckets(bucket, made.object_id).edges
    assert (edge.type, edge.target_object_id, edge.attributes) == ("cites", target, {"page": 3})


def test_a_schemas_rules_are_checked_all_at_once(sdk, make_bucket):
    properties = {
        "title": {"type": "string", "required": True},
        "year": {"type": "integer"},
        "when": {"type": "datetime"},
        "size": {"type": "string", "enum": ["S", "M"], "default": "M"},
    }
    bucket = make_bucket(properties).bucket_id
    with pytest.raises(UnprocessableEntityException) as refusal:
        sdk.objects.create_object_buckets(bucket, object_request(year="2024", when="soon", size="L"))
    errors = refusal.value.data.error.details["validation_errors"]
    assert sorted(error["location"][1] for error in errors) == ["size", "title", "when", "year"]
    made = sdk.objects.create_object_buckets(bucket, object_request(title="A", year=2024))
    assert made.additional_properties == {"title": "A", "year": 2024, "size": "M"}


@pytest.mark.parametrize("name", ["object_id", "status", "created_at", "_internal", "auto_process"])
def test_a_name_of_the_services_own_is_refused_at_the_root(sdk, bucket, name):
    with pytest.raises(UnprocessableEntityException) as refusal:
        sdk.objects.create_object_buckets(bucket, object_request(**{name: "x"}))
    assert refusal.value.data.error.details["validation_errors"][0]["location"] == ["body", name]


def test_an_idempotency_key_makes_one_object_however_often_it_is_sent(sdk, bucket):
    key = fresh("key")
    first = sdk.objects.create_object_buckets(bucket, object_request(title="A", idempotency_key=key))
    again = sdk.objects.create_object_buckets(bucket, object_request(title="A", idempotency_key=key))
    assert again.object_id == first.object_id
    assert "idempotency_key" not in first.additional_properties
    with pytest.raises(UnprocessableEntityException) as refusal:
        sdk.objects.create_object_buckets(bucket, object_request(title="B", idempotency_key=key))
    assert refusal.value.data.error.code == "idempotency_key_reuse"


def test_an_idempotency_key_replays_on_a_bucket_with_a_unique_key_too(sdk, keyed_bucket):
    request = object_request(sku=fresh("sku"), idempotency_key=fresh("key"))
    first = sdk.objects.create_object_buckets(keyed_bucket, request, policy="insert")
    again = sdk.objects.create_object_buckets(keyed_bucket, request, policy="insert")
    assert again.object_id == first.object_id


def test_the_same_content_is_found_again_when_asked_for(sdk, bucket):
    blob = {"property": "notes", "type": "text", "data": fresh("content")}
    request = {"blobs": [blob], "skip_duplicates": True}
    first = sdk.objects.create_object_buckets(bucket, object_request(key_prefix="/1", **request))
    again = sdk.objects.create_object_buckets(bucket, object_request(key_prefix="/2", **request))
    assert (again.object_id, again.key_prefix) == (first.object_id, "/1")
    other = sdk.objects.create_object_buckets(bucket, object_request(blobs=[blob]))
    assert other.object_id != first.object_id


def test_without_a_key_the_same_request_makes_two_objects(sdk, bucket):
    made = {sdk.objects.create_object_buckets(bucket, object_request(title="A")).object_id for _ in range(2)}
    assert len(made) == 2
