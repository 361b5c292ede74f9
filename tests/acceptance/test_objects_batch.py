"""Creating many objects at once."""

import json

import mixpeek
import pytest
from mixpeek.exceptions import UnprocessableEntityException

from conftest import fresh


def create(sdk, bucket, *objects):
    """Creates objects in one request."""
    request = mixpeek.CreateObjectsBatchRequest.from_dict({"objects": list(objects)})
    return sdk.objects.create_objects_batch_buckets(bucket, request)


def test_many_objects_are_made_in_the_requests_order(sdk, bucket):
    titles = [f"Title {number}" for number in range(12)]
    answer = create(sdk, bucket, *({"title": title} for title in titles))
    assert (answer.total_requested, answer.succeeded_count, answer.failed_count) == (12, 12, 0)
    assert [row.object_index for row in answer.succeeded] == list(range(12))
    assert [row.additional_properties["title"] for row in answer.succeeded] == titles
    found = sdk.objects.get_object_buckets(bucket, answer.succeeded[3].object_id)
    assert found.additional_properties["title"] == "Title 3"


def test_what_can_be_made_is_made_and_the_rest_is_named(sdk, bucket):
    answer = create(sdk, bucket, {"title": "a"}, {"title": 5}, {"title": "c"})
    assert [row.object_index for row in answer.succeeded] == [0, 2]
    [failed] = answer.failed
    assert failed.object_index == 1
    assert "title" in failed.error
    assert failed.error_type == "ValidationError"


def test_a_replay_says_so(sdk, bucket):
    row = {"title": "a", "idempotency_key": fresh("key")}
    first = create(sdk, bucket, row).succeeded[0]
    assert (first.replayed, first.replayed_by) == (False, None)
    again = create(sdk, bucket, row).succeeded[0]
    assert (again.object_id, again.replayed, again.replayed_by) == (first.object_id, True, "idempotency_key")
    blob = {"property": "notes", "type": "text", "data": fresh("content")}
    same = {"blobs": [blob], "skip_duplicates": True}
    create(sdk, bucket, same)
    assert create(sdk, bucket, same).succeeded[0].replayed_by == "skip_duplicates"


def test_when_none_can_be_made_the_answer_is_a_422_of_the_same_shape(sdk, bucket):
    with pytest.raises(UnprocessableEntityException) as refusal:
        create(sdk, bucket, {"title": 1}, {"title": 2})
    # The wheel expects the envelope here, and so has no data; clients read the body.
    assert refusal.value.data is None
    answer = mixpeek.CreateObjectsBatchResponse.from_json(refusal.value.body)
    assert (answer.succeeded_count, answer.failed_count) == (0, 2)
    assert json.loads(refusal.value.body).keys() == {
        "succeeded",
        "failed",
        "total_requested",
        "succeeded_count",
        "failed_count",
    }


def test_a_bucket_with_a_unique_key_takes_a_batch_under_a_policy(http, make_bucket):
    """The original refuses it; the wheel can name no policy here, so a default must."""
    bucket = make_bucket(unique_key={"fields": ["sku"], "default_policy": "insert"}).bucket_id
    path = f"/v1/buckets/{bucket}/objects/batch"
    answer = http.ok("POST", path, {"objects": [{"sku": "A"}, {"sku": "B"}]})
    assert answer["succeeded_count"] == 2
    answer = http.ok("POST", path, {"objects": [{"sku": "A"}, {"sku": "C"}]})
    assert [row["object_index"] for row in answer["failed"]] == [0]
    assert answer["failed"][0]["error_type"] == "AlreadyExistsError"
    answer = http.ok("POST", f"{path}?policy=upsert", {"objects": [{"sku": "A", "title": "new"}]})
    assert answer["succeeded"][0]["title"] == "new"


@pytest.mark.parametrize("where", ["top", "object"])
def test_auto_process_in_the_body_is_refused(http, bucket, where):
    body = {"objects": [{"title": "a"}]}
    (body if where == "top" else body["objects"][0])["auto_process"] = True
    response = http.call("POST", f"/v1/buckets/{bucket}/objects/batch", body)
    assert response.status_code == 422, response.text


def test_a_batch_has_one_to_a_hundred_objects(http, bucket):
    path = f"/v1/buckets/{bucket}/objects/batch"
    http.refused(422, None, "POST", path, {"objects": [{}] * 101})
    assert http.ok("POST", path, {"objects": [{}] * 100})["succeeded_count"] == 100
