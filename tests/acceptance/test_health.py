"""Health needs no key."""

from sdk import Sdk
from web import Http


def test_health_answers_without_a_key(deployment):
    answer = Sdk(deployment.url, key=None).health.healthcheck_health()
    assert answer["status"], answer


def test_a_route_that_is_not_served_is_refused_in_the_envelope(http, deployment):
    error = http.refused(404, None, "GET", "/v1/retrievers")
    assert error["type"] == "NotFoundError"
    Http(deployment.url).refused(404, None, "POST", "/v1/collections/list", {})
