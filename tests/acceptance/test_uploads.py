"""Uploads: a presigned URL, the file, the confirmation that makes the object."""

import hashlib

import mixpeek
import pytest
import requests
from mixpeek.exceptions import (
    BadRequestException,
    ConflictException,
    NotFoundException,
    UnprocessableEntityException,
)

from conftest import fresh
from web import TIMEOUT, download, put


def create(sdk, bucket, **fields):
    """Makes an upload of a small video."""
    body = {"filename": "a.mp4", "content_type": "video/mp4", "blob_property": "clip"} | fields
    request = mixpeek.CreateUploadRequest.from_dict(body)
    return sdk.uploads.create_upload_buckets(bucket, request)


def confirm(sdk, bucket, upload_id, **fields):
    """Confirms with a body."""
    request = mixpeek.ConfirmUploadRequest(**fields)
    return sdk.uploads.confirm_upload_buckets(bucket, upload_id, confirm_upload_request=request)


def test_a_new_upload_says_where_the_file_goes_and_what_it_becomes(sdk, bucket):
    upload = create(
        sdk,
        bucket,
        file_size_bytes=5,
        metadata={"batch": 1},
        object_metadata={"title": "A"},
        blob_type="VIDEO",
    )
    assert upload.upload_id.startswith("upl_")
    assert upload.bucket_id == bucket
    assert upload.status == mixpeek.TaskStatusEnum.PENDING
    assert 1 <= len(upload.presigned_url) <= 2083
    assert upload.presigned_url_expiration == 3600
    assert 3590 <= (upload.expires_at - upload.created_at).total_seconds() <= 3600
    assert (upload.metadata, upload.object_metadata) == ({"batch": 1}, {"title": "A"})
    assert (upload.blob_property, upload.blob_type) == ("clip", "video")
    assert (upload.create_object_on_confirm, upload.skip_duplicates) == (True, True)
    assert (upload.is_duplicate, upload.skipped_unique_key) == (False, False)


def test_a_confirmed_upload_is_an_object_with_the_file(sdk, bucket):
    content = fresh("content").encode()
    upload = create(sdk, bucket, file_size_bytes=len(content), object_metadata={"title": "A"})
    etag = put(upload.presigned_url, "video/mp4", content)
    confirmed = confirm(sdk, bucket, upload.upload_id, etag=etag, file_size_bytes=len(content))
    assert confirmed.status == mixpeek.TaskStatusEnum.COMPLETED
    assert (confirmed.etag, confirmed.file_size_bytes) == (etag.strip('"'), len(content))
    assert confirmed.file_hash is None
    assert confirmed.verified_at and confirmed.completed_at
    found = sdk.objects.get_object_buckets(bucket, confirmed.object_id, return_presigned_urls=True)
    assert found.additional_properties == {"title": "A"}
    [blob] = found.blobs
    assert (blob.var_property, blob.type.value) == ("clip", "video")
    assert (blob.details.filename, blob.details.mime_type) == ("a.mp4", "video/mp4")
    assert download(blob.presigned_url).content == content


def test_confirming_again_answers_the_same(sdk, bucket):
    upload = create(sdk, bucket)
    put(upload.presigned_url, "video/mp4", fresh("content").encode())
    first = sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id)
    assert sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id) == first


def test_an_asynchronous_confirm_names_a_task_that_can_be_polled(sdk, bucket):
    upload = create(sdk, bucket)
    put(upload.presigned_url, "video/mp4", fresh("content").encode())
    confirmed = sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id, var_async=True)
    task = sdk.tasks.get_task(confirmed.task_id)
    assert (task.task_type.value, task.status.value) == ("api_buckets_uploads_confirm", "COMPLETED")
    assert confirmed.object_id


@pytest.mark.parametrize(
    "declared, code",
    [
        ({"etag": "5eb63bbbe01eeed093cb22bb8f5acdc3"}, "etag_mismatch"),
        ({"file_size_bytes": 6}, "size_mismatch"),
    ],
)
def test_a_file_that_is_not_the_one_that_was_meant_is_refused(sdk, bucket, declared, code):
    upload = create(sdk, bucket)
    put(upload.presigned_url, "video/mp4", b"12345")
    with pytest.raises(BadRequestException) as refusal:
        confirm(sdk, bucket, upload.upload_id, **declared)
    assert refusal.value.data.error.code == code
    # It stays as it was, and may be confirmed still.
    assert sdk.uploads.get_upload_buckets(bucket, upload.upload_id)["status"] == "PENDING"
    assert sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id).status.value == "COMPLETED"


def test_without_a_file_there_is_nothing_to_confirm(sdk, bucket):
    upload = create(sdk, bucket)
    with pytest.raises(BadRequestException) as refusal:
        sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id)
    assert refusal.value.data.error.code == "file_not_uploaded"


def test_the_url_takes_only_what_was_declared(sdk, bucket):
    upload = create(sdk, bucket, file_size_bytes=5)
    for headers, content in (
        ({"Content-Type": "text/plain"}, b"12345"),
        ({"Content-Type": "video/mp4"}, b"123456"),
    ):
        response = requests.put(upload.presigned_url, data=content, headers=headers, timeout=TIMEOUT)
        assert response.status_code == 403, response.text
    put(upload.presigned_url, "video/mp4", b"12345")


def test_a_declared_hash_is_verified_and_finds_the_file_again(sdk, bucket):
    content = fresh("content").encode()
    digest = hashlib.sha256(content).hexdigest()
    upload = create(sdk, bucket, file_hash=digest)
    put(upload.presigned_url, "video/mp4", content)
    confirmed = sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id)
    assert confirmed.file_hash == digest
    again = create(sdk, bucket, file_hash=digest, filename="b.mp4")
    assert again.is_duplicate is True
    assert (again.upload_id, again.duplicate_of_upload_id) == (upload.upload_id, upload.upload_id)
    assert (again.presigned_url, again.object_id) == (None, confirmed.object_id)
    wanted = create(sdk, bucket, file_hash=digest, skip_duplicates=False)
    assert wanted.presigned_url and not wanted.is_duplicate


def test_another_file_than_the_hash_says_is_refused(sdk, bucket):
    upload = create(sdk, bucket, file_hash="0" * 64)
    put(upload.presigned_url, "video/mp4", b"12345")
    with pytest.raises(BadRequestException) as refusal:
        sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id)
    assert refusal.value.data.error.code == "hash_mismatch"


def test_a_key_that_is_taken_needs_no_upload_under_insert(sdk, make_bucket):
    bucket = make_bucket(unique_key={"fields": ["sku"], "default_policy": "insert"}).bucket_id
    upload = create(sdk, bucket, object_metadata={"sku": "A"})
    put(upload.presigned_url, "video/mp4", b"12345")
    confirmed = sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id)
    skipped = create(sdk, bucket, object_metadata={"sku": "A"})
    assert skipped.skipped_unique_key is True
    assert (skipped.existing_object_id, skipped.presigned_url) == (confirmed.object_id, None)
    assert skipped.status == mixpeek.TaskStatusEnum.SKIPPED


def test_confirm_takes_a_policy_and_can_be_repeated_with_another(sdk, keyed_bucket):
    sku = fresh("sku")
    ids = []
    for content in (b"first", b"second"):
        upload = create(sdk, keyed_bucket, object_metadata={"sku": sku})
        put(upload.presigned_url, "video/mp4", content)
        ids.append(upload.upload_id)
    with pytest.raises(UnprocessableEntityException) as refusal:
        sdk.uploads.confirm_upload_buckets(keyed_bucket, ids[0])
    assert refusal.value.data.error.code == "policy_required"
    with pytest.raises(NotFoundException):
        sdk.uploads.confirm_upload_buckets(keyed_bucket, ids[0], policy="update")
    made = sdk.uploads.confirm_upload_buckets(keyed_bucket, ids[0], policy="insert")
    with pytest.raises(ConflictException):
        sdk.uploads.confirm_upload_buckets(keyed_bucket, ids[1], policy="insert")
    updated = sdk.uploads.confirm_upload_buckets(keyed_bucket, ids[1], policy="upsert")
    assert updated.object_id == made.object_id
    found = sdk.objects.get_object_buckets(keyed_bucket, made.object_id, return_presigned_urls=True)
    assert download(found.blobs[0].presigned_url).content == b"second"


def test_everything_is_checked_before_a_url_is_signed(sdk, make_bucket):
    bucket = make_bucket({"year": {"type": "integer"}, "photo": {"type": "image"}}).bucket_id

    def refused(**fields):
        with pytest.raises(UnprocessableEntityException) as refusal:
            body = {"filename": "a.png", "content_type": "image/png"} | fields
            sdk.uploads.create_upload_buckets(bucket, mixpeek.CreateUploadRequest.from_dict(body))
        errors = refusal.value.data.error.details["validation_errors"]
        return [error["location"][1:] for error in errors]

    assert refused(object_metadata={"year": "2024"}) == [["object_metadata", "year"]]
    assert refused(content_type="video/mp4") == [["content_type"]]
    assert refused(blob_property="absent") == [["blob_property"]]
    assert refused(filename="../a.png") == [["filename"]]
    assert refused(file_size_bytes=6 * 1024**4) == [["file_size_bytes"]]


def test_an_upload_is_read_back_as_it_is(sdk, bucket):
    upload = create(sdk, bucket, metadata={"batch": 1})
    found = sdk.uploads.get_upload_buckets(bucket, upload.upload_id)
    assert (found["upload_id"], found["status"], found["metadata"]) == (
        upload.upload_id,
        "PENDING",
        {"batch": 1},
    )
    # The URL to PUT to is given once.
    assert found["presigned_url"] is None
    content = fresh("content").encode()
    put(upload.presigned_url, "video/mp4", content)
    confirmed = sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id)
    found = sdk.uploads.get_upload_buckets(bucket, upload.upload_id, return_presigned_urls=True)
    assert (found["status"], found["object_id"]) == ("COMPLETED", confirmed.object_id)
    assert download(found["presigned_url"]).content == content
    # What the wheel hands out as a dict is the model of the other calls.
    assert mixpeek.UploadResponse.from_dict(found).upload_id == upload.upload_id


def test_a_pending_upload_is_cancelled_and_a_confirmed_one_stays(sdk, bucket):
    upload = create(sdk, bucket)
    assert sdk.uploads.delete_upload_buckets(bucket, upload.upload_id) is None
    with pytest.raises((ConflictException, NotFoundException)):
        sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id)
    upload = create(sdk, bucket)
    put(upload.presigned_url, "video/mp4", fresh("content").encode())
    sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id)
    with pytest.raises(BadRequestException):
        sdk.uploads.delete_upload_buckets(bucket, upload.upload_id, delete_s3_object=True)


def test_an_unknown_upload_is_a_404(sdk, bucket):
    for call in (
        sdk.uploads.get_upload_buckets,
        sdk.uploads.confirm_upload_buckets,
        sdk.uploads.delete_upload_buckets,
    ):
        with pytest.raises(NotFoundException) as refusal:
            call(bucket, "upl_nobody")
        assert refusal.value.data.error.details["resource"] == "upload"


def test_the_paths_without_a_bucket_lead_to_the_same_upload(sdk, http, bucket):
    """The original's documentation names them; no client has them."""
    upload = create(sdk, bucket)
    path = f"/v1/uploads/{upload.upload_id}"
    assert http.ok("GET", path)["upload_id"] == upload.upload_id
    put(upload.presigned_url, "video/mp4", fresh("content").encode())
    assert http.ok("POST", f"{path}/confirm")["status"] == "COMPLETED"
    other = create(sdk, bucket)
    assert http.call("DELETE", f"/v1/uploads/{other.upload_id}").status_code == 204
