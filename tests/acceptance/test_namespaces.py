"""Namespaces by the generated classes."""

import mixpeek
import pytest
from mixpeek.exceptions import ConflictException, NotFoundException

from conftest import fresh
from waiting import eventually, finished_task


@pytest.fixture(scope="module")
def namespaces(sdk):
    """The API of namespaces, for a key that may make them."""
    name = fresh("probe")
    try:
        made = sdk.namespaces.create_namespace(mixpeek.CreateNamespaceRequest(namespace_name=name))
    except mixpeek.exceptions.ForbiddenException:
        pytest.skip("STOWAGE_KEY may not administrate")
    sdk.namespaces.delete_namespace(made.namespace_id)
    return sdk.namespaces


@pytest.fixture
def made(namespaces):
    """A namespace, removed after the test."""
    name = fresh("namespace")
    request = mixpeek.CreateNamespaceRequest(namespace_name=name, description="for one test")
    made = namespaces.create_namespace(request)
    yield made
    namespaces.delete_namespace(made.namespace_id)


def test_a_namespace_is_made_with_what_was_sent_and_starts_empty(made):
    assert made.namespace_id.startswith("ns_")
    assert made.description == "for one test"
    assert (made.bucket_count, made.object_count, made.document_count) == (0, 0, 0)
    assert made.namespace_ready is True


def test_a_namespace_is_found_by_its_id_and_by_its_name(namespaces, made):
    by_id = namespaces.get_namespace(made.namespace_id)
    by_name = namespaces.get_namespace(made.namespace_name)
    assert by_id == by_name
    assert by_id.namespace_name == made.namespace_name


def test_the_engines_own_settings_are_accepted(namespaces):
    """Real scripts always send feature extractors."""
    request = mixpeek.CreateNamespaceRequest.from_dict(
        {
            "namespace_name": fresh("namespace"),
            "feature_extractors": [{"feature_extractor_name": "multimodal_extractor", "version": "v1"}],
        }
    )
    made = namespaces.create_namespace(request)
    namespaces.delete_namespace(made.namespace_id)


def test_a_name_is_unique_in_the_organisation(namespaces, made):
    request = mixpeek.CreateNamespaceRequest(namespace_name=made.namespace_name)
    with pytest.raises(ConflictException) as refusal:
        namespaces.create_namespace(request)
    assert '"type":"AlreadyExistsError"' in refusal.value.body


def test_an_unknown_namespace_is_a_404(sdk):
    with pytest.raises(NotFoundException) as refusal:
        sdk.namespaces.get_namespace("ns_nobody")
    assert refusal.value.data.error.details == {"resource": "namespace", "id": "ns_nobody"}


def test_namespaces_are_listed_by_post_and_by_get(namespaces, made):
    """Both forms, with the page's size and the search that clients send."""
    request = mixpeek.ListNamespacesRequest(search=made.namespace_name)
    found = namespaces.list_namespaces(list_namespaces_request=request)
    assert [one.namespace_id for one in found.results] == [made.namespace_id]
    assert found.total_count == 1

    def whole():
        everything = namespaces.list_namespaces_get(limit=1000, include_total=True)
        assert made.namespace_id in [one.namespace_id for one in everything.results]
        return everything.pagination.total == everything.total_count == len(everything.results)

    # While other tests' namespaces are being removed, the count may be ahead of the page.
    assert eventually(whole)


def test_a_page_of_namespaces_leads_to_the_next(namespaces, made):
    """Offsets and pages fold into one another."""
    first = namespaces.list_namespaces(page_size=1, page=1)
    second = namespaces.list_namespaces(limit=1, offset=1)
    assert len(first.results) == len(second.results) == 1
    assert first.results[0].namespace_id != second.results[0].namespace_id
    assert first.pagination.next_cursor
    following = namespaces.list_namespaces(limit=1, cursor=first.pagination.next_cursor)
    assert following.results[0].namespace_id == second.results[0].namespace_id


def test_a_namespace_is_renamed_by_patch_and_by_put(namespaces, made):
    name = fresh("renamed")
    request = mixpeek.PatchNamespaceRequest.from_dict({"namespace_name": name})
    patched = namespaces.patch_namespace(made.namespace_id, request)
    assert (patched.namespace_name, patched.description) == (name, "for one test")
    request = mixpeek.UpdateNamespaceRequest.from_dict({"namespace_name": fresh("put")})
    assert namespaces.update_namespace(name, request).namespace_name == request.namespace_name
    with pytest.raises(NotFoundException):
        namespaces.get_namespace(made.namespace_name)


def test_a_name_of_the_wrong_form_is_refused_by_the_api_too(http):
    error = http.refused(422, None, "POST", "/v1/namespaces", {"namespace_name": "ab"})
    assert error["details"]["validation_errors"][0]["location"] == ["body", "namespace_name"]


def test_an_unknown_key_of_the_body_is_refused_by_name(http):
    body = {"namespace_name": fresh("namespace"), "colour": "red"}
    error = http.refused(422, "extra_forbidden", "POST", "/v1/namespaces", body)
    assert error["details"]["validation_errors"][0]["location"] == ["body", "colour"]


@pytest.mark.last
def test_a_deleted_namespace_is_gone_when_its_task_has_ended(sdk, namespaces):
    name = fresh("doomed")
    made = namespaces.create_namespace(mixpeek.CreateNamespaceRequest(namespace_name=name))
    answer = namespaces.delete_namespace(made.namespace_id)
    task = finished_task(sdk, answer["task_id"], seconds=300)
    assert (task.task_type.value, task.status.value) == ("api_namespaces_delete", "COMPLETED"), task
    with pytest.raises(NotFoundException):
        namespaces.get_namespace(made.namespace_id)
    # The name is free again.
    again = eventually(
        lambda: namespaces.create_namespace(mixpeek.CreateNamespaceRequest(namespace_name=name))
    )
    namespaces.delete_namespace(again.namespace_id)
