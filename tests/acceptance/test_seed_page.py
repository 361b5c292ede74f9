"""The request of the page that Stowage was built from, unchanged."""

REQUEST = {
    "key_prefix": "/contract-2024",
    "blobs": [
        {
            "property": "content",
            "key_prefix": "/content.pdf",
            "type": "json",
            "data": {"num_pages": 5, "title": "Service Agreement 2024"},
            "metadata": {"author": "John Doe", "department": "Legal"},
        },
        {
            "property": "thumbnail",
            "key_prefix": "/thumbnail.jpg",
            "type": "image",
            "data": {"filename": "https://example.com/images/thumb.jpg", "mime_type": "image/jpeg"},
            "metadata": {"width": 300, "height": 200},
        },
    ],
    "metadata": {"category": "contracts", "status": "draft", "year": 2024},
}


def test_the_pages_own_request_is_accepted(sdk, http, make_bucket):
    bucket = make_bucket({"content": {"type": "object"}, "thumbnail": {"type": "image"}}).bucket_id
    answer = http.ok("POST", f"/v1/buckets/{bucket}/objects", REQUEST)
    made = sdk.objects.get_object_buckets(bucket, answer["object_id"])
    assert (made.key_prefix, made.status.value) == ("/contract-2024", "PENDING")
    content, thumbnail = made.blobs
    assert (content.type.value, content.key_prefix) == ("object", "/content.pdf")
    assert content.properties == {
        "num_pages": 5,
        "title": "Service Agreement 2024",
        "author": "John Doe",
        "department": "Legal",
    }
    assert thumbnail.properties["url"] == "https://example.com/images/thumb.jpg"
    assert thumbnail.details.mime_type == "image/jpeg"
    assert made.additional_properties["metadata"] == REQUEST["metadata"]
    assert made.additional_properties["author"] == "John Doe"
    assert made.additional_properties["width"] == 300


def test_its_other_example_a_pdf_by_its_facts_is_accepted(http, make_bucket):
    bucket = make_bucket({"content": {"type": "pdf"}}).bucket_id
    blob = {"property": "content", "type": "PDF", "data": {"num_pages": 5, "title": "Service Agreement 2024"}}
    answer = http.ok("POST", f"/v1/buckets/{bucket}/objects", {"blobs": [blob]})
    assert answer["blobs"][0]["type"] == "pdf"
    assert answer["blobs"][0]["properties"]["num_pages"] == 5
