"""Who may do what: keys, permissions, namespaces and organisations."""

import mixpeek
import pytest
from mixpeek.exceptions import (
    BadRequestException,
    ForbiddenException,
    NotFoundException,
    UnauthorizedException,
)

from conftest import SCHEMA, fresh
from sdk import Sdk, object_request
from web import Http


@pytest.fixture(scope="module")
def made(sdk, bucket):
    """An object and an upload of the tests' own."""
    made = sdk.objects.create_object_buckets(bucket, object_request(title="mine"))
    request = mixpeek.CreateUploadRequest(filename="a.mp4", content_type="video/mp4", blob_property="clip")
    return made.object_id, sdk.uploads.create_upload_buckets(bucket, request).upload_id


def calls(sdk, bucket, made):
    """One call of each kind upon what is there."""
    object_id, upload_id = made
    upload = mixpeek.CreateUploadRequest(filename="a.mp4", content_type="video/mp4", blob_property="clip")
    patch = mixpeek.PatchObjectRequest(additional_properties={"title": "b"})
    return {
        "get bucket": lambda: sdk.buckets.get_bucket(bucket),
        "list objects": lambda: sdk.objects.list_objects_buckets(bucket),
        "get object": lambda: sdk.objects.get_object_buckets(bucket, object_id),
        "list uploads": lambda: sdk.uploads.list_uploads_buckets(bucket),
        "get upload": lambda: sdk.uploads.get_upload_buckets(bucket, upload_id),
        "create object": lambda: sdk.objects.create_object_buckets(bucket, object_request()),
        "patch object": lambda: sdk.objects.patch_object_buckets(bucket, object_id, patch),
        "delete object": lambda: sdk.objects.delete_object_buckets(bucket, object_id),
        "create upload": lambda: sdk.uploads.create_upload_buckets(bucket, upload),
        "confirm upload": lambda: sdk.uploads.confirm_upload_buckets(bucket, upload_id),
        "delete upload": lambda: sdk.uploads.delete_upload_buckets(bucket, upload_id),
        "delete bucket": lambda: sdk.buckets.delete_bucket(bucket),
    }


READS = 5


@pytest.mark.parametrize("key", [None, "sk_nobody"], ids=["none", "unknown"])
def test_without_a_valid_key_every_call_is_a_401(deployment, namespace, bucket, made, key):
    for name, call in calls(Sdk(deployment.url, key, namespace), bucket, made).items():
        with pytest.raises(UnauthorizedException) as refusal:
            call()
        assert refusal.value.data.error.type == "UnauthorizedError", name


def test_a_key_that_may_read_reads_and_does_nothing_else(reader, bucket, made):
    for number, (name, call) in enumerate(calls(reader, bucket, made).items()):
        if number < READS:
            assert call(), name
            continue
        with pytest.raises(ForbiddenException) as refusal:
            call()
        error = refusal.value.data.error
        assert (error.type, error.code) == ("ForbiddenError", "permission_missing"), name
        assert error.details == {"permission": "write"}, name


def test_making_a_namespace_needs_a_key_that_may_administrate(reader):
    with pytest.raises(ForbiddenException) as refusal:
        reader.namespaces.create_namespace(mixpeek.CreateNamespaceRequest(namespace_name=fresh("namespace")))
    assert refusal.value.data.error.details == {"permission": "admin"}


def test_a_key_that_is_bound_elsewhere_does_not_see_the_namespace(bound, bucket, made):
    for name, call in calls(bound, bucket, made).items():
        with pytest.raises(NotFoundException) as refusal:
            call()
        assert refusal.value.data.error.details["resource"] == "namespace", name


def test_another_organisation_finds_nothing_by_any_id(stranger, deployment, namespace, bucket, made):
    for name, call in calls(stranger, bucket, made).items():
        with pytest.raises(NotFoundException) as refusal:
            call()
        assert refusal.value.data.error.details == {"resource": "bucket", "id": bucket}, name
    # Naming our namespace doesn't help.
    intruder = Sdk(deployment.url, deployment.other_key, namespace)
    for name, call in calls(intruder, bucket, made).items():
        with pytest.raises(NotFoundException) as refusal:
            call()
        assert refusal.value.data.error.details["resource"] == "namespace", name


def test_another_organisations_lists_are_its_own(stranger, bucket, namespace):
    assert bucket not in [one.bucket_id for one in stranger.buckets.list_buckets(limit=1000).results]
    listed = stranger.namespaces.list_namespaces_get(limit=1000).results
    assert namespace not in [one.namespace_id for one in listed]


def test_what_is_in_one_namespace_is_not_in_another(deployment, namespace, sdk, make_bucket):
    name = fresh("namespace")
    try:
        sdk.namespaces.create_namespace(mixpeek.CreateNamespaceRequest(namespace_name=name))
    except ForbiddenException:
        pytest.skip("STOWAGE_KEY may not administrate")
    # A namespace is named by its name as well as by its id.
    other = Sdk(deployment.url, deployment.key, name)
    bucket = make_bucket()
    with pytest.raises(NotFoundException):
        other.buckets.get_bucket(bucket.bucket_id)
    assert other.buckets.list_buckets().results == []
    # The same name can be taken in each.
    request = mixpeek.BucketCreateRequest.from_dict(
        {"bucket_name": bucket.bucket_name, "bucket_schema": SCHEMA}
    )
    assert other.buckets.create_bucket(request).bucket_id != bucket.bucket_id
    sdk.namespaces.delete_namespace(name, force=True)


def test_a_namespace_may_be_named_in_the_query(deployment, namespace, bucket):
    http = Http(deployment.url, deployment.key)
    assert http.ok("GET", f"/v1/buckets/{bucket}?namespace={namespace}")["bucket_id"] == bucket


def test_a_namespace_that_does_not_exist_is_a_404(deployment):
    with pytest.raises(NotFoundException) as refusal:
        Sdk(deployment.url, deployment.key, "ns_nobody").buckets.get_bucket("bkt_nobody")
    assert refusal.value.data.error.details == {"resource": "namespace", "id": "ns_nobody"}
    # A list of buckets answers an empty page, which says so.
    page = Sdk(deployment.url, deployment.key, "ns_nobody").buckets.list_buckets()
    assert (page.results, page.total_count) == ([], 0)


def test_a_body_that_is_not_json_is_a_400(http, bucket):
    path = f"/v1/buckets/{bucket}/objects"
    headers = {"Content-Type": "application/json"}
    http.refused(400, "malformed_body", "POST", path, headers=headers, data=b"{")
    http.refused(400, "malformed_body", "POST", path, headers=headers, data=b"[1]")


def test_the_wheel_raises_by_status(sdk, keyed_bucket):
    with pytest.raises(BadRequestException) as refusal:
        sdk.objects.create_object_buckets(keyed_bucket, object_request(sku="A"))
    assert refusal.value.status == 400
    assert refusal.value.data.error.type == "BadRequestError"
