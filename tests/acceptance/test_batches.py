"""Batches: objects gathered and handed over for processing."""

import mixpeek
import pytest
from mixpeek.exceptions import (
    BadRequestException,
    ConflictException,
    NotFoundException,
    UnprocessableEntityException,
)

from sdk import Sdk, condition, object_request


@pytest.fixture(scope="module")
def objects(sdk, bucket):
    """Three objects' ids."""
    made = [
        sdk.objects.create_object_buckets(bucket, object_request(title=f"T{n}", price=n)) for n in range(3)
    ]
    return [one.object_id for one in made]


@pytest.fixture
def draft(sdk, bucket, objects):
    """A batch of two objects that isn't submitted."""
    return create(sdk, bucket, object_ids=objects[:2])


@pytest.fixture(scope="module")
def unscoped(deployment):
    """The generated classes without a namespace, as the wheel calls tasks and batches by id."""
    return Sdk(deployment.url, deployment.key)


def create(sdk, bucket, skip_validation=None, auto_submit=None, **fields):
    """Makes a batch."""
    request = mixpeek.CreateBatchRequest(**fields)
    return sdk.bucket_batches.create_batch_buckets_batches(
        bucket, request, skip_validation=skip_validation, auto_submit=auto_submit
    )


def test_a_batch_starts_as_a_draft_of_its_objects(bucket, namespace, objects, draft):
    assert draft.batch_id.startswith("btch_")
    assert (draft.bucket_id, draft.namespace_id) == (bucket, namespace)
    assert sorted(draft.object_ids) == sorted(objects[:2])
    assert draft.status == mixpeek.TaskStatusEnum.DRAFT
    assert draft.type == mixpeek.BatchType.BUCKET
    assert draft.lifecycle == "accepted"


def test_a_batch_is_found_by_its_bucket_and_by_its_id_alone(sdk, bucket, unscoped, draft):
    scoped = sdk.bucket_batches.get_batch_buckets_batches(bucket, draft.batch_id)
    assert scoped == unscoped.batches.get_batch_by_id_batches(draft.batch_id)
    assert scoped.object_ids == draft.object_ids


def test_a_batch_gathers_objects_by_a_filter(sdk, bucket, objects):
    batch = create(sdk, bucket, filters=condition("price", "gte", 1), batch_name="by filter")
    assert sorted(batch.object_ids) == sorted(objects[1:])
    assert batch.batch_name == "by filter"


def test_a_submitted_batch_waits_for_its_processor(sdk, bucket, unscoped, draft):
    task = sdk.bucket_batches.submit_batch_buckets_batches(bucket, draft.batch_id)
    assert task.task_type.value == "api_buckets_batches_process"
    assert task.status.value in ("PENDING", "QUEUED")
    batch = unscoped.batches.get_batch_by_id_batches(draft.batch_id)
    assert (batch.status.value, batch.task_id) == ("PENDING", task.task_id)
    assert unscoped.tasks.get_task(task.task_id).task_id == task.task_id
    # Objects are PENDING until a processor reports.
    found = sdk.objects.get_object_buckets(bucket, batch.object_ids[0])
    assert found.status == mixpeek.TaskStatusEnum.PENDING


def test_a_submission_may_say_more(sdk, bucket, draft):
    request = mixpeek.SubmitBatchRequest(include_processing_history=True, collection_ids=["col_a"])
    task = sdk.bucket_batches.submit_batch_buckets_batches(
        bucket, draft.batch_id, submit_batch_request=request
    )
    assert task.task_id


def test_only_a_draft_is_submitted(sdk, bucket, draft):
    sdk.bucket_batches.submit_batch_buckets_batches(bucket, draft.batch_id)
    with pytest.raises((ConflictException, BadRequestException)):
        sdk.bucket_batches.submit_batch_buckets_batches(bucket, draft.batch_id)


@pytest.mark.parametrize("where", ["query", "body"])
def test_a_batch_is_made_and_submitted_in_one(sdk, bucket, objects, where):
    if where == "query":
        batch = create(sdk, bucket, auto_submit=True, object_ids=objects)
    else:
        request = mixpeek.CreateBatchRequest(object_ids=objects, trigger_processing=True)
        batch = sdk.bucket_batches.create_batch_buckets_batches(bucket, request)
    assert batch.status.value == "PENDING"
    assert batch.task_id


def test_a_batch_needs_objects_or_a_filter_and_not_both(sdk, bucket, objects):
    for fields in ({}, {"object_ids": objects, "filters": condition("price", "gte", 1)}):
        with pytest.raises(UnprocessableEntityException):
            create(sdk, bucket, **fields)


def test_objects_of_a_batch_must_be_in_the_bucket(sdk, bucket, objects):
    with pytest.raises((NotFoundException, UnprocessableEntityException)):
        create(sdk, bucket, object_ids=[objects[0], "obj_0000000000000000"])


def test_batches_are_listed_by_bucket_and_for_the_organisation(sdk, bucket, unscoped, draft):
    request = mixpeek.ListBatchesRequest(status=mixpeek.TaskStatusEnum.DRAFT)
    page = sdk.bucket_batches.list_batches_buckets(bucket, list_batches_request=request)
    assert draft.batch_id in [batch.batch_id for batch in page.results]
    assert {batch.status.value for batch in page.results} == {"DRAFT"}
    assert page.total_count >= 1
    request = mixpeek.ListBatchesRequest(bucket_id=bucket)
    page = unscoped.batches.list_all_batches(list_batches_request=request)
    assert draft.batch_id in [batch.batch_id for batch in page.results]
    assert {batch.bucket_id for batch in page.results} == {bucket}


def test_a_batch_is_cancelled_and_a_draft_deleted(sdk, bucket, objects, draft):
    task = sdk.bucket_batches.submit_batch_buckets_batches(bucket, draft.batch_id)
    sdk.bucket_batches.cancel_batch_buckets_batches(bucket, draft.batch_id)
    canceled = sdk.bucket_batches.get_batch_buckets_batches(bucket, draft.batch_id)
    assert canceled.status.value == "CANCELED"
    assert sdk.tasks.get_task(task.task_id).status.value == "CANCELED"
    other = create(sdk, bucket, object_ids=objects)
    answer = sdk.bucket_batches.delete_batch_buckets_batches(bucket, other.batch_id)
    assert answer.success is True
    with pytest.raises(NotFoundException):
        sdk.bucket_batches.get_batch_buckets_batches(bucket, other.batch_id)


def test_a_draft_takes_more_objects(sdk, bucket, objects, draft):
    request = mixpeek.AddObjectsToBatchRequest(object_ids=objects)
    grown = sdk.bucket_batches.add_objects_to_batch_buckets_batches(bucket, draft.batch_id, request)
    assert sorted(grown.object_ids) == sorted(objects)


def test_a_batch_is_cancelled_by_its_id_alone(sdk, bucket, unscoped, draft):
    sdk.bucket_batches.submit_batch_buckets_batches(bucket, draft.batch_id)
    assert unscoped.batches.cancel_batch_by_id_batches(draft.batch_id).status.value == "CANCELED"


def test_an_unknown_batch_is_a_404(sdk, bucket, unscoped):
    for call in (
        lambda: sdk.bucket_batches.get_batch_buckets_batches(bucket, "btch_nobody000000"),
        lambda: sdk.bucket_batches.submit_batch_buckets_batches(bucket, "btch_nobody000000"),
        lambda: unscoped.batches.get_batch_by_id_batches("btch_nobody000000"),
    ):
        with pytest.raises(NotFoundException):
            call()
