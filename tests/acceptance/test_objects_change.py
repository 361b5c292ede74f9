"""Reading, changing and deleting one object."""

import mixpeek
import pytest
from mixpeek.exceptions import ConflictException, NotFoundException, UnprocessableEntityException

from conftest import fresh
from sdk import object_request


@pytest.fixture
def made(sdk, bucket):
    """An object with a field of each kind and a text."""
    blob = {"property": "notes", "type": "text", "data": "hello"}
    fields = {"title": "before", "price": 1.5, "metadata": {"category": "a", "year": 2024}}
    return sdk.objects.create_object_buckets(bucket, object_request(blobs=[blob], key_prefix="/a", **fields))


def patch(sdk, made, **body):
    """PATCHes an object."""
    request = mixpeek.PatchObjectRequest.from_dict(body)
    return sdk.objects.patch_object_buckets(made.bucket_id, made.object_id, request)


def put(sdk, made, **body):
    """PUTs an object."""
    request = mixpeek.UpdateObjectRequest.from_dict(body)
    return sdk.objects.update_object_buckets(made.bucket_id, made.object_id, request)


def test_an_object_is_read_as_it_was_written(sdk, made):
    found = sdk.objects.get_object_buckets(made.bucket_id, made.object_id)
    assert found.document_count == 0
    assert found.consistency is None
    same = {"blobs", "source_details", "edges", "status", "created_at", "updated_at", "key_prefix"}
    for name in same | {"additional_properties"}:
        assert getattr(found, name) == getattr(made, name), name


def test_documents_are_not_counted_when_not_asked_for(sdk, made):
    found = sdk.objects.get_object_buckets(made.bucket_id, made.object_id, include_document_count=False)
    assert found.document_count is None


def test_urls_are_signed_only_when_asked_for(sdk, made):
    plain = sdk.objects.get_object_buckets(made.bucket_id, made.object_id)
    assert plain.blobs[0].presigned_url is None
    assert "presigned_url" not in plain.blobs[0].properties
    signed = sdk.objects.get_object_buckets(made.bucket_id, made.object_id, return_presigned_urls=True)
    assert signed.blobs[0].presigned_url.startswith("http")


def test_a_reference_elsewhere_is_never_signed(sdk, bucket):
    blob = {"property": "clip", "type": "video", "data": "s3://elsewhere/a.mp4"}
    made = sdk.objects.create_object_buckets(bucket, object_request(blobs=[blob]))
    found = sdk.objects.get_object_buckets(bucket, made.object_id, return_presigned_urls=True)
    assert found.blobs[0].presigned_url is None


def test_an_unknown_object_is_a_404_for_every_verb(sdk, bucket):
    nobody = made_like(bucket)
    for call in (
        lambda: sdk.objects.get_object_buckets(bucket, nobody.object_id),
        lambda: patch(sdk, nobody, title="a"),
        lambda: put(sdk, nobody, metadata={"a": 1}),
        lambda: sdk.objects.delete_object_buckets(bucket, nobody.object_id),
    ):
        with pytest.raises(NotFoundException) as refusal:
            call()
        assert refusal.value.data.error.details == {"resource": "object", "id": nobody.object_id}


def made_like(bucket):
    """An object that isn't there."""
    return mixpeek.ObjectResponse(bucket_id=bucket, object_id="obj_0000000000000000")


def test_patch_changes_what_is_sent_and_nothing_else(sdk, made):
    patched = patch(sdk, made, title="after", fresh=True, key_prefix="/b")
    assert patched.key_prefix == "/b"
    assert patched.additional_properties == made.additional_properties | {"title": "after", "fresh": True}
    assert (patched.blobs, patched.created_at) == (made.blobs, made.created_at)
    assert patched.updated_at > made.updated_at
    found = sdk.objects.get_object_buckets(made.bucket_id, made.object_id)
    assert found.additional_properties == patched.additional_properties


@pytest.mark.parametrize("name", ["status", "object_id", "blobs", "created_at"])
def test_patch_refuses_the_services_own_names(sdk, made, name):
    with pytest.raises(UnprocessableEntityException) as refusal:
        patch(sdk, made, **{name: "x"})
    assert refusal.value.data.error.details["validation_errors"][0]["location"] == ["body", name]


def test_the_merged_object_must_fit_the_schema(sdk, made):
    for change in (
        lambda: patch(sdk, made, price="cheap"),
        lambda: put(sdk, made, metadata={"price": "cheap"}),
    ):
        with pytest.raises(UnprocessableEntityException):
            change()
    assert (
        sdk.objects.get_object_buckets(made.bucket_id, made.object_id).additional_properties["price"] == 1.5
    )


def test_put_changes_metadata_where_the_key_is_and_else_the_root(sdk, made):
    changed = put(sdk, made, metadata={"year": 2025, "colour": "red"})
    assert changed.additional_properties["metadata"] == {"category": "a", "year": 2025}
    assert changed.additional_properties["colour"] == "red"
    assert changed.additional_properties["title"] == "before"
    assert changed.blobs == made.blobs


def test_a_unique_field_does_not_change(sdk, keyed_bucket):
    request = object_request(sku=fresh("sku"), title="a")
    made = sdk.objects.create_object_buckets(keyed_bucket, request, policy="insert")
    for change in (lambda: patch(sdk, made, sku="other"), lambda: put(sdk, made, metadata={"sku": "other"})):
        with pytest.raises(UnprocessableEntityException):
            change()
    assert patch(sdk, made, title="b").object_id == made.object_id


def test_a_deleted_object_is_gone_and_its_key_is_free(sdk, keyed_bucket):
    request = object_request(sku=fresh("sku"))
    made = sdk.objects.create_object_buckets(keyed_bucket, request, policy="insert")
    with pytest.raises(ConflictException):
        sdk.objects.create_object_buckets(keyed_bucket, request, policy="insert")
    assert sdk.objects.delete_object_buckets(keyed_bucket, made.object_id) is None
    for call in (sdk.objects.get_object_buckets, sdk.objects.delete_object_buckets):
        with pytest.raises(NotFoundException):
            call(keyed_bucket, made.object_id)
    again = sdk.objects.create_object_buckets(keyed_bucket, request, policy="insert")
    assert again.created_at > made.created_at


def test_a_deleted_object_answers_204_without_a_body(sdk, http, bucket):
    made = sdk.objects.create_object_buckets(bucket, object_request())
    response = http.call("DELETE", f"/v1/buckets/{bucket}/objects/{made.object_id}")
    assert (response.status_code, response.content) == (204, b"")
