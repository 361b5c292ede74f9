"""The SDK as its own documentation sets it up: nothing of ours in between."""

import mixpeek

from conftest import SCHEMA, fresh
from web import put


def test_the_wheel_itself_ingests_a_file_end_to_end(deployment, namespace):
    configuration = mixpeek.Configuration(
        host=deployment.url, access_token=deployment.key, api_key={"NamespaceHeader": namespace}
    )
    client = mixpeek.ApiClient(configuration)
    request = mixpeek.BucketCreateRequest(
        bucket_name=fresh("bucket"), bucket_schema=mixpeek.BucketSchemaInput.from_dict(SCHEMA)
    )
    bucket = mixpeek.BucketsApi(client).create_bucket(request)

    uploads = mixpeek.BucketUploadsApi(client)
    request = mixpeek.CreateUploadRequest(
        filename="a.mp4", content_type="video/mp4", file_size_bytes=5, object_metadata={"sku": "A1"}
    )
    # The schema has two properties for files, so the clip must be named.
    request.blob_property = "clip"
    upload = uploads.create_upload_buckets(bucket.bucket_id, request)
    put(upload.presigned_url, "video/mp4", b"12345")
    confirmed = uploads.confirm_upload_buckets(bucket.bucket_id, upload.upload_id)
    assert confirmed.status == mixpeek.TaskStatusEnum.COMPLETED

    objects = mixpeek.BucketObjectsApi(client)
    found = objects.get_object_buckets(bucket.bucket_id, confirmed.object_id)
    assert found.additional_properties["sku"] == "A1"
    assert found.blobs[0].details.size_bytes == 5


def test_the_wheel_is_the_one_that_the_contract_was_taken_from():
    assert mixpeek.__version__ == "1.3.783"
