"""The wheel's high-level client: attribute dicts, one exception, no policy."""

import mixpeek
import pytest
from mixpeek._client.client import MixpeekAPIError

from conftest import fresh
from web import download


@pytest.fixture(scope="module")
def bucket_id(mp):
    """A bucket with a single property for files, made by this client."""
    schema = {"properties": {"clip": {"type": "video"}, "title": {"type": "string"}}}
    return mp.buckets.create(name=fresh("bucket"), bucket_schema=schema, description="high level").bucket_id


def test_namespaces_are_made_listed_read_and_deleted(mp):
    name = fresh("namespace")
    try:
        made = mp.namespaces.create(name=name, feature_extractors=[])
    except MixpeekAPIError as error:
        assert error.status == 403
        pytest.skip("STOWAGE_KEY may not administrate")
    assert made.namespace_name == name
    assert mp.namespaces.get(made.namespace_id).description is None
    listed = mp.namespaces.list()
    assert listed.total_count >= 1 and listed.results[0].namespace_id
    assert mp.namespaces.delete(made.namespace_id).task_id


def test_a_namespace_of_vectors_alone_is_not_offered(mp):
    """Without a name or extractors this client asks for one; the path is not served."""
    with pytest.raises(MixpeekAPIError) as refusal:
        mp.namespaces.create(namespace_id="ns_vectors")
    assert refusal.value.status == 404
    assert refusal.value.detail["error"]["type"] == "NotFoundError"


def test_buckets_are_listed_without_a_body_and_read(mp, bucket_id):
    listed = mp.buckets.list()
    assert listed.results[0].bucket_id and listed.total_count >= 1
    assert "next_cursor" in listed.pagination
    found = mp.buckets.get(bucket_id)
    assert found.description == "high level"
    assert found.unique_key is None


def test_a_url_becomes_the_blob_of_the_only_file_property(mp, bucket_id):
    made = mp.buckets.upload(bucket_id, url="https://example.com/a.mp4", metadata={"lang": "en"}, title="A")
    assert made.object_id
    assert made.blobs[0].property == "clip"
    assert made.blobs[0]["type"] == "video"
    # What this client calls metadata is one custom field.
    assert (made.metadata, made.title) == ({"lang": "en"}, "A")
    assert made.error is None, "a key that isn't there would be an AttributeError"


def test_data_becomes_a_blob_of_the_property_that_is_named(sdk, mp, bucket):
    made = mp.buckets.upload(bucket, data="All the world", blob_property="notes", blob_type="text")
    assert made.blobs[0].properties.text == "All the world"
    found = sdk.objects.get_object_buckets(bucket, made.object_id, return_presigned_urls=True)
    assert download(found.blobs[0].presigned_url).text == "All the world"


def test_with_several_file_properties_the_client_asks_for_one(mp, bucket):
    with pytest.raises(ValueError, match="clip, notes"):
        mp.buckets.upload(bucket, url="https://example.com/a")


def test_blobs_are_sent_as_they_are_written(mp, bucket_id):
    blobs = [{"property": "clip", "type": "VIDEO", "data": {"url": "https://example.com/b.mp4"}}]
    made = mp.buckets.upload(bucket_id, blobs=blobs, key_prefix="/b")
    assert (made.key_prefix, made.blobs[0].type) == ("/b", "video")


def test_objects_are_listed_by_cursor_and_page_size_in_the_body(mp):
    schema = {"properties": {"clip": {"type": "video"}}}
    bucket = mp.buckets.create(name=fresh("bucket"), bucket_schema=schema).bucket_id
    made = [mp.buckets.upload(bucket, url=f"https://example.com/{n}.mp4").object_id for n in range(5)]
    assert [one.object_id for one in mp.buckets.list_objects(bucket).results] == made
    seen, cursor = [], None
    while True:
        page = mp.buckets.list_objects(bucket, cursor=cursor, page_size=2)
        assert len(page.results) <= 2
        seen += [one.object_id for one in page.results]
        cursor = page.pagination.next_cursor
        if cursor is None:
            break
    assert seen == made


def test_index_creates_an_object_in_the_first_bucket(deployment, mp, sdk):
    """Its second half, triggering a collection, is the engine's."""
    name = fresh("namespace")
    try:
        sdk.namespaces.create_namespace(mixpeek.CreateNamespaceRequest(namespace_name=name))
    except mixpeek.exceptions.ForbiddenException:
        pytest.skip("STOWAGE_KEY may not administrate")
    alone = mixpeek.Mixpeek(deployment.key, namespace=name, base_url=f"{deployment.url}/v1")
    bucket = alone.buckets.create(name="only", bucket_schema={"properties": {"clip": {"type": "video"}}})
    made = alone.index("https://example.com/a.mp4", metadata={"lang": "en"})
    assert (made.bucket_id, made.metadata.lang) == (bucket.bucket_id, "en")
    with pytest.raises(MixpeekAPIError) as refusal:
        alone.index("https://example.com/a.mp4", collection="col_a")
    assert refusal.value.status == 404
    sdk.namespaces.delete_namespace(name, force=True)


def test_a_unique_key_needs_a_default_policy_because_this_client_names_none(mp):
    schema = {"properties": {"sku": {"type": "string"}, "clip": {"type": "video"}}}
    made = mp.buckets.create(name=fresh("bucket"), bucket_schema=schema, unique_key={"fields": ["sku"]})
    with pytest.raises(MixpeekAPIError) as refusal:
        mp.buckets.upload(made.bucket_id, url="https://example.com/a.mp4", sku="A")
    assert (refusal.value.status, refusal.value.retryable) == (400, False)
    unique_key = {"fields": ["sku"], "default_policy": "upsert"}
    made = mp.buckets.create(name=fresh("bucket"), bucket_schema=schema, unique_key=unique_key)
    first = mp.buckets.upload(made.bucket_id, url="https://example.com/a.mp4", sku="A")
    again = mp.buckets.upload(made.bucket_id, url="https://example.com/b.mp4", sku="A")
    assert again.object_id == first.object_id


def test_a_refusal_is_the_clients_own_exception_with_the_envelope(mp):
    with pytest.raises(MixpeekAPIError) as refusal:
        mp.buckets.get("bkt_nobody")
    assert refusal.value.status == 404
    assert refusal.value.detail["error"]["details"] == {"resource": "bucket", "id": "bkt_nobody"}


def test_a_namespace_is_switched_for_one_call(mp, namespace, bucket_id):
    assert mp.buckets.upload(bucket_id, url="https://example.com/a.mp4", namespace=namespace).object_id
    with pytest.raises(MixpeekAPIError) as refusal:
        mp.buckets.upload(bucket_id, url="https://example.com/a.mp4", namespace="ns_nobody")
    assert refusal.value.detail["error"]["details"]["resource"] == "namespace"


def test_tasks_and_batches_are_read(mp, sdk, bucket_id):
    made = mp.buckets.upload(bucket_id, url="https://example.com/a.mp4")
    batch = sdk.bucket_batches.create_batch_buckets_batches(
        bucket_id, mixpeek.CreateBatchRequest(object_ids=[made.object_id]), auto_submit=True
    )
    found = mp.batches.get(bucket_id, batch.batch_id)
    assert (found.batch_id, found.status) == (batch.batch_id, "PENDING")
    assert mp.tasks.get(batch.task_id).task_id == batch.task_id
    assert batch.task_id in [task.task_id for task in mp.tasks.list(limit=1000).results]
    assert mp.tasks.delete(batch.task_id).success is True
    assert mp.tasks.get(batch.task_id).status == "CANCELED"


@pytest.mark.parametrize("call", ["audit", "failed_documents"])
def test_what_the_engine_knows_of_a_batch_is_not_offered(mp, bucket_id, call):
    with pytest.raises(MixpeekAPIError) as refusal:
        getattr(mp.batches, call)(bucket_id, "btch_a")
    assert refusal.value.status == 404


def test_a_bucket_is_deleted(mp, sdk):
    schema = {"properties": {"clip": {"type": "video"}}}
    made = mp.buckets.create(name=fresh("bucket"), bucket_schema=schema)
    answer = mp.buckets.delete(made.bucket_id)
    assert (answer.status, answer.bucket_id) == ("PENDING", made.bucket_id)
    assert mp.tasks.get(answer.task_id).task_type == "api_buckets_delete"
