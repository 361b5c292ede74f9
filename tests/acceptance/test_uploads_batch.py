"""Many uploads at once: signed, confirmed, listed."""

import mixpeek
import pytest
from mixpeek.exceptions import UnprocessableEntityException

from conftest import fresh
from waiting import finished_task
from web import put


def create(sdk, bucket, *uploads, **shared):
    """Signs several uploads of videos in one request."""
    usual = {"content_type": "video/mp4", "blob_property": "clip"}
    body = {"uploads": [usual | upload for upload in uploads]} | shared
    request = mixpeek.BatchUploadRequest.from_dict(body)
    return sdk.uploads.create_uploads_batch_buckets(bucket, request)


def confirm(sdk, bucket, *confirmations, **query):
    """Confirms several uploads and waits for the task to end."""
    request = mixpeek.BatchConfirmRequest(confirmations=list(confirmations))
    answer = sdk.uploads.confirm_uploads_batch_buckets(bucket, request, **query)
    assert answer.confirmations_count == len(confirmations)
    assert answer.task.task_id == answer.task_id
    assert answer.task.task_type.value == "api_buckets_uploads_batch_confirm"
    return finished_task(sdk, answer.task_id)


def test_urls_come_in_the_order_of_the_files(sdk, bucket):
    names = [f"{number}.mp4" for number in range(10)]
    answer = create(sdk, bucket, *({"filename": name} for name in names))
    assert answer.total == 10
    assert [upload.filename for upload in answer.uploads] == names
    assert len({upload.presigned_url for upload in answer.uploads}) == 10


def test_shared_metadata_is_under_each_uploads_own(sdk, bucket):
    answer = create(
        sdk,
        bucket,
        {"filename": "a.mp4", "metadata": {"who": "own"}, "object_metadata": {"title": "own"}},
        {"filename": "b.mp4"},
        shared_metadata={"who": "shared", "run": 1},
        shared_object_metadata={"title": "shared", "sku": "S"},
    )
    own, other = answer.uploads
    assert (own.metadata, own.object_metadata) == ({"who": "own", "run": 1}, {"title": "own", "sku": "S"})
    assert (other.metadata, other.object_metadata) == (
        {"who": "shared", "run": 1},
        {"title": "shared", "sku": "S"},
    )


def test_one_bad_upload_refuses_the_whole_request_by_index(sdk, bucket):
    with pytest.raises(UnprocessableEntityException) as refusal:
        create(
            sdk,
            bucket,
            {"filename": "a.mp4"},
            {"filename": "../b.mp4"},
            {"filename": "c.mp4", "content_type": "x"},
        )
    errors = refusal.value.data.error.details["validation_errors"]
    assert [error["location"][:3] for error in errors] == [["body", "uploads", 1], ["body", "uploads", 2]]


def test_a_batch_has_one_to_a_hundred_uploads(http, bucket):
    path = f"/v1/buckets/{bucket}/uploads/batch"
    upload = {"filename": "a.mp4", "content_type": "video/mp4", "blob_property": "clip"}
    http.refused(422, None, "POST", path, {"uploads": []})
    http.refused(422, None, "POST", path, {"uploads": [upload] * 101})
    assert http.ok("POST", path, {"uploads": [upload] * 100})["total"] == 100


def test_a_batch_is_confirmed_by_a_task(sdk, bucket):
    uploads = create(sdk, bucket, *({"filename": f"{number}.mp4"} for number in range(5))).uploads
    etags = [put(upload.presigned_url, "video/mp4", fresh("content").encode()) for upload in uploads]
    confirmations = [{"upload_id": upload.upload_id, "etag": etag} for upload, etag in zip(uploads, etags)]
    task = confirm(sdk, bucket, *confirmations)
    assert task.status.value == "COMPLETED", task.to_dict()
    for upload in uploads:
        found = sdk.uploads.get_upload_buckets(bucket, upload.upload_id)
        assert found["status"] == "COMPLETED"
        assert (
            sdk.objects.get_object_buckets(bucket, found["object_id"]).blobs[0].details.filename
            == upload.filename
        )


def test_what_can_not_be_confirmed_is_named_in_the_tasks_outputs(sdk, bucket):
    there, absent = create(sdk, bucket, {"filename": "a.mp4"}, {"filename": "b.mp4"}).uploads
    put(there.presigned_url, "video/mp4", fresh("content").encode())
    task = confirm(sdk, bucket, {"upload_id": there.upload_id}, {"upload_id": absent.upload_id})
    assert task.status.value == "COMPLETED_WITH_ERRORS", task.to_dict()
    outputs = [output.actual_instance for output in task.outputs]
    assert [output["upload_id"] for output in outputs] == [there.upload_id, absent.upload_id]
    assert outputs[0]["object_id"]
    assert (outputs[1]["code"], outputs[1]["object_id"]) == ("file_not_uploaded", None)


def test_a_batch_is_confirmed_under_one_policy(sdk, keyed_bucket):
    uploads = create(
        sdk,
        keyed_bucket,
        *({"filename": "a.mp4", "object_metadata": {"sku": fresh("sku")}} for _ in range(2)),
    ).uploads
    for upload in uploads:
        put(upload.presigned_url, "video/mp4", b"12345")
    confirmations = [{"upload_id": upload.upload_id} for upload in uploads]
    with pytest.raises(UnprocessableEntityException) as refusal:
        confirm(sdk, keyed_bucket, *confirmations)
    assert refusal.value.data.error.code == "policy_required"
    assert confirm(sdk, keyed_bucket, *confirmations, policy="insert").status.value == "COMPLETED"


@pytest.fixture(scope="module")
def listed(sdk, make_bucket):
    """A bucket with three uploads, of which the middle one is confirmed."""
    bucket = make_bucket().bucket_id
    uploads = create(
        sdk,
        bucket,
        {"filename": "first.mp4", "metadata": {"run": "alpha"}},
        {"filename": "second.mp4", "file_size_bytes": 5},
        {"filename": "third.mp4", "metadata": {"run": "beta"}},
    ).uploads
    put(uploads[1].presigned_url, "video/mp4", b"12345")
    sdk.uploads.confirm_upload_buckets(bucket, uploads[1].upload_id)
    return bucket, [upload.upload_id for upload in uploads]


def ids(page):
    """The uploads of a page."""
    return [upload.upload_id for upload in page.results]


def test_uploads_are_listed_with_their_statistics(sdk, listed):
    bucket, made = listed
    page = sdk.uploads.list_uploads_buckets(bucket)
    assert sorted(ids(page)) == sorted(made)
    created = [upload.created_at for upload in page.results]
    assert created == sorted(created, reverse=True), "the newest first"
    assert page.pagination.page_size == 20
    assert page.stats.uploads_by_status == {"PENDING": 2, "COMPLETED": 1}
    assert (page.stats.total_uploads, page.stats.total_size_bytes, page.stats.unique_buckets) == (3, 5, 1)
    assert all(upload.presigned_url is None for upload in page.results)


def test_the_body_that_the_wheel_always_sends_is_read(sdk, listed):
    bucket, made = listed
    request = mixpeek.ListUploadsRequest(search="SECOND", return_presigned_urls=True)
    page = sdk.uploads.list_uploads_buckets(bucket, list_uploads_request=request)
    assert ids(page) == [made[1]]
    assert page.results[0].presigned_url
    request = mixpeek.ListUploadsRequest(search="beta")
    assert ids(sdk.uploads.list_uploads_buckets(bucket, list_uploads_request=request)) == [made[2]]


def test_uploads_are_filtered_by_status_and_paged(sdk, listed):
    bucket, made = listed
    filters = mixpeek.LogicalOperatorInput(additional_properties={"status": "COMPLETED"})
    request = mixpeek.ListUploadsRequest(filters=filters)
    assert ids(sdk.uploads.list_uploads_buckets(bucket, list_uploads_request=request)) == [made[1]]
    first = sdk.uploads.list_uploads_buckets(bucket, limit=2, include_total=True)
    assert (first.pagination.total, first.pagination.total_pages) == (3, 2)
    second = sdk.uploads.list_uploads_buckets(bucket, limit=2, cursor=first.pagination.next_cursor)
    assert sorted(ids(first) + ids(second)) == sorted(made)
    assert second.pagination.next_cursor is None
