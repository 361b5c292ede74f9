"""Listing a bucket's objects."""

import mixpeek
import pytest
from mixpeek.exceptions import UnprocessableEntityException

from sdk import condition, object_request
from waiting import eventually

TOTAL = 25


@pytest.fixture(scope="module")
def listed(sdk, make_bucket):
    """A bucket of 25 objects, in the order in which they were made, and its id."""
    bucket = make_bucket().bucket_id
    made = []
    for number in range(TOTAL):
        fields = {
            "title": f"Title {number:02}",
            "price": number / 2,
            "maker": {"city": "Bonn" if number % 5 else "Köln"},
        }
        blobs = [{"property": "notes", "type": "text", "data": f"n{number}"}] if number < 2 else []
        made.append(sdk.objects.create_object_buckets(bucket, object_request(blobs=blobs, **fields)))
    # The index that lists them may be a moment late on AWS.
    assert eventually(lambda: len(titles(sdk, bucket)) == TOTAL), "the list lacks objects"
    return bucket, [one.object_id for one in made]


def titles(sdk, bucket, **body):
    """The numbers in the titles of what a list finds."""
    request = mixpeek.ListObjectsRequest(**body)
    page = sdk.objects.list_objects_buckets(bucket, limit=100, list_objects_request=request)
    return [int(one.additional_properties["title"].split()[1]) for one in page.results]


@pytest.fixture
def find(sdk, listed):
    """Lists by a body."""
    return lambda **body: titles(sdk, listed[0], **body)


def test_without_a_body_the_first_page_is_the_oldest_ten(sdk, listed):
    bucket, ids = listed
    for page in (sdk.objects.list_objects_buckets(bucket), sdk.objects.list_objects_get_buckets(bucket)):
        assert [one.object_id for one in page.results] == ids[:10]
        assert page.pagination.page_size == 10
        assert page.pagination.total is None
        assert page.pagination.next_cursor
        assert (page.stats.total_objects, page.stats.total_blobs) == (10, 2)
        assert page.stats.objects_by_status == {"PENDING": 10}
        assert page.results[0].document_count is None


@pytest.mark.parametrize("name", ["cursor", "next_cursor", "after"])
@pytest.mark.parametrize("verb", ["post", "get"])
def test_cursors_walk_all_of_it_once_and_end(sdk, listed, name, verb):
    bucket, ids = listed
    call = sdk.objects.list_objects_buckets if verb == "post" else sdk.objects.list_objects_get_buckets
    seen, cursor = [], None
    for _ in range(TOTAL):
        page = call(bucket, limit=7, **{name: cursor})
        seen += [one.object_id for one in page.results]
        cursor = page.pagination.next_cursor
        if cursor is None:
            break
    assert seen == ids


def test_pages_and_offsets_lead_to_the_same_places(sdk, listed):
    bucket, ids = listed
    third = sdk.objects.list_objects_buckets(bucket, page=3, page_size=10, include_total=True)
    assert [one.object_id for one in third.results] == ids[20:]
    assert (third.pagination.total, third.pagination.total_pages, third.pagination.page) == (TOTAL, 3, 3)
    assert third.pagination.next_cursor is None
    from_offset = sdk.objects.list_objects_get_buckets(bucket, offset=20, limit=10)
    assert [one.object_id for one in from_offset.results] == ids[20:]


def test_a_page_may_hold_a_thousand_and_no_more(sdk, http, listed):
    bucket, ids = listed
    assert len(sdk.objects.list_objects_buckets(bucket, limit=1000).results) == TOTAL
    http.refused(422, None, "GET", f"/v1/buckets/{bucket}/objects?limit=1001")
    http.refused(422, None, "GET", f"/v1/buckets/{bucket}/objects?limit=0")


def test_a_cursor_that_was_not_given_out_is_refused(sdk, listed):
    with pytest.raises(UnprocessableEntityException):
        sdk.objects.list_objects_buckets(listed[0], cursor="made-up")


@pytest.mark.parametrize(
    "operator, value, expected",
    [
        ("eq", 3.0, [6]),
        ("ne", 3.0, [number for number in range(TOTAL) if number != 6]),
        ("gt", 11.0, [23, 24]),
        ("gte", 11.5, [23, 24]),
        ("lt", 1.0, [0, 1]),
        ("lte", 0.5, [0, 1]),
        ("in", [0.0, 12.0], [0, 24]),
        ("nin", [number / 2 for number in range(24)], [24]),
    ],
)
def test_conditions_compare_numbers(find, operator, value, expected):
    assert find(filters=condition("price", operator, value)) == expected


@pytest.mark.parametrize(
    "operator, value, expected",
    [
        ("contains", "title 2", [20, 21, 22, 23, 24]),
        ("starts_with", "Title 0", list(range(10))),
        ("ends_with", "4", [4, 14, 24]),
    ],
)
def test_conditions_compare_text(find, operator, value, expected):
    assert find(filters=condition("title", operator, value)) == expected


def test_conditions_reach_into_fields_and_tell_what_is_not_there(find):
    assert find(filters=condition("maker.city", "eq", "Köln")) == [0, 5, 10, 15, 20]
    assert find(filters=condition("sku", "exists", True)) == []
    assert len(find(filters=condition("sku", "exists", False))) == TOTAL


def test_shorthand_and_logic_nest(find):
    shorthand = mixpeek.LogicalOperatorInput(additional_properties={"maker.city": "Köln"})
    assert find(filters=shorthand) == [0, 5, 10, 15, 20]
    tree = {
        "AND": [
            {"OR": [{"field": "price", "operator": "lt", "value": 3}, {"price": 5.0}]},
            {"NOT": [{"field": "maker.city", "operator": "eq", "value": "Bonn"}]},
        ]
    }
    assert find(filters=mixpeek.LogicalOperatorInput.from_dict(tree)) == [0, 5, 10]


def test_a_bare_condition_is_taken_as_the_quickstart_sends_it(http, listed):
    body = {"filters": {"field": "title", "operator": "eq", "value": "Title 03"}}
    page = http.ok("POST", f"/v1/buckets/{listed[0]}/objects/list", body)
    assert [one["title"] for one in page["results"]] == ["Title 03"]


@pytest.mark.parametrize("operator", ["regex", "text", "phrase", "words", "geo_radius"])
def test_an_operator_of_the_search_engine_is_refused_by_name(find, operator):
    with pytest.raises(UnprocessableEntityException):
        find(filters=condition("title", operator, "a"))


def test_objects_are_sorted_and_searched(find):
    descending = mixpeek.SortOption(field="price", direction="desc")
    assert find(sort=descending, filters=condition("price", "gt", 10.5)) == [24, 23, 22]
    assert find(search="TITLE 07") == [7]


def test_select_leaves_only_what_is_named_and_the_ids(http, listed):
    body = {"select": ["title", "maker.city"], "page_size": 1}
    page = http.ok("POST", f"/v1/buckets/{listed[0]}/objects/list", body)
    [one] = page["results"]
    assert one == {
        "object_id": listed[1][0],
        "bucket_id": listed[0],
        "title": "Title 00",
        "maker": {"city": "Köln"},
    }


def test_a_selection_decodes_in_the_wheel(deployment, namespace, listed):
    """The declared fields are missing then, which is what was asked for."""
    client = mixpeek.ApiClient(
        mixpeek.Configuration(
            host=deployment.url, access_token=deployment.key, api_key={"NamespaceHeader": namespace}
        )
    )
    request = mixpeek.ListObjectsRequest(select=["title"])
    page = mixpeek.BucketObjectsApi(client).list_objects_buckets(listed[0], list_objects_request=request)
    assert page.results[0].additional_properties == {"title": "Title 00"}


def test_urls_are_signed_for_a_page(sdk, listed):
    request = mixpeek.ListObjectsRequest(return_presigned_urls=True)
    page = sdk.objects.list_objects_buckets(listed[0], limit=1, list_objects_request=request)
    assert page.results[0].blobs[0].presigned_url.startswith("http")


def test_a_key_that_a_list_does_not_read_is_refused(http, listed):
    error = http.refused(
        422, "extra_forbidden", "POST", f"/v1/buckets/{listed[0]}/objects/list", {"colour": 1}
    )
    assert error["details"]["validation_errors"][0]["location"] == ["body", "colour"]


def test_an_empty_bucket_is_an_empty_page(sdk, make_bucket):
    page = sdk.objects.list_objects_buckets(make_bucket().bucket_id, include_total=True)
    assert page.results == []
    assert (page.pagination.total, page.pagination.next_cursor) == (0, None)
