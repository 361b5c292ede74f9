"""Tasks: what clients poll after an answer that isn't the end."""

import mixpeek
import pytest
from mixpeek.exceptions import NotFoundException

from conftest import fresh
from sdk import Sdk
from web import put


@pytest.fixture(scope="module")
def unscoped(deployment):
    """The generated classes without a namespace: the wheel names none for tasks."""
    return Sdk(deployment.url, deployment.key)


@pytest.fixture(scope="module")
def task_id(sdk, bucket):
    """The finished task of an asynchronous confirm."""
    request = mixpeek.CreateUploadRequest(filename="a.mp4", content_type="video/mp4", blob_property="clip")
    upload = sdk.uploads.create_upload_buckets(bucket, request)
    put(upload.presigned_url, "video/mp4", fresh("content").encode())
    return sdk.uploads.confirm_upload_buckets(bucket, upload.upload_id, var_async=True).task_id


def test_a_task_is_found_by_its_id_alone(unscoped, task_id):
    task = unscoped.tasks.get_task(task_id)
    assert (task.task_id, task.status.value, task.error) == (task_id, "COMPLETED", None)


def test_tasks_are_listed_and_filtered(unscoped, task_id):
    everything = unscoped.tasks.list_tasks(limit=1000)
    assert task_id in [task.task_id for task in everything.results]
    request = mixpeek.ListTasksRequest(status="COMPLETED", task_type="api_buckets_uploads_confirm")
    found = unscoped.tasks.list_tasks(limit=1000, list_tasks_request=request)
    assert task_id in [task.task_id for task in found.results]
    assert {(task.status.value, task.task_type.value) for task in found.results} == {
        ("COMPLETED", "api_buckets_uploads_confirm")
    }


def test_an_unknown_task_is_a_404(unscoped):
    for call in (unscoped.tasks.get_task, unscoped.tasks.kill_task):
        with pytest.raises(NotFoundException) as refusal:
            call("00000000-0000-4000-8000-000000000000")
        assert refusal.value.data.error.details["resource"] == "task"
