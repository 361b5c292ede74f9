"""Checks that the SDK's own models lose nothing of what the API answers.

The generated client decodes leniently: a key that a model doesn't declare is dropped without a word,
and a field that isn't there becomes None. `losses` compares a decoded model with the body that it was
made from. `CheckingClient` does so for every response, so that no test has to think of it.
"""

import json
from datetime import datetime
from enum import Enum

import mixpeek
from mixpeek.exceptions import ApiException
from pydantic import BaseModel

from engine_fields import LEFT_OUT

# Fields that Stowage adds and the SDK's models therefore drop.
ADDED = {"FailedObjectError": {"code", "details"}}

# Fields whose null the SDK's model reads as its own default.
DEFAULTED = {"StorageStatistics": {"max_size_bytes", "min_size_bytes"}}


def wire_names(model):
    """The names that a model's fields have in JSON, by their names in Python."""
    fields = type(model).model_fields.items()
    return {name: field.alias or name for name, field in fields if name != "additional_properties"}


def losses(decoded, raw, at="body"):
    """What differs between a decoded value and the JSON that it was decoded from, a line for each."""
    if hasattr(decoded, "actual_instance"):  # the generator's wrapper of an anyOf
        decoded = decoded.actual_instance
    if isinstance(decoded, BaseModel):
        return _model_losses(decoded, raw, at)
    if isinstance(decoded, Enum):
        decoded = decoded.value
    if isinstance(decoded, datetime):
        same = isinstance(raw, str) and decoded == datetime.fromisoformat(raw)
        return [] if same else [f"{at}: {raw!r} became {decoded!r}"]
    if type(decoded) is not type(raw):
        return [f"{at}: {raw!r} became {decoded!r}"]
    if isinstance(raw, list):
        if len(decoded) != len(raw):
            return [f"{at}: {len(raw)} entries became {len(decoded)}"]
        pairs = zip(decoded, raw)
        return [
            line for index, (one, other) in enumerate(pairs) for line in losses(one, other, f"{at}[{index}]")
        ]
    if isinstance(raw, dict):
        if decoded.keys() != raw.keys():
            return [f"{at}: keys {sorted(raw)} became {sorted(decoded)}"]
        return [line for key in raw for line in losses(decoded[key], raw[key], f"{at}.{key}")]
    return [] if decoded == raw else [f"{at}: {raw!r} became {decoded!r}"]


def _model_losses(model, raw, at):
    """The same for a generated model."""
    if not isinstance(raw, dict):
        return [f"{at}: {raw!r} became a {type(model).__name__}"]
    kind = type(model).__name__
    names = wire_names(model)
    found = []
    for name, wire in names.items():
        if wire in raw and raw[wire] is None and wire in DEFAULTED.get(kind, ()):
            continue
        if wire in raw:
            found += losses(getattr(model, name), raw[wire], f"{at}.{wire}")
        elif wire not in LEFT_OUT.get(kind, ()):
            found.append(f"{at}.{wire}: declared by {kind}, but not in the answer")
    undeclared = raw.keys() - set(names.values())
    if hasattr(model, "additional_properties"):
        kept = model.additional_properties
        found += [line for key in undeclared for line in losses(kept.get(key), raw[key], f"{at}.{key}")]
    else:
        dropped = sorted(undeclared - ADDED.get(kind, set()))
        found += [f"{at}.{key}: not declared by {kind}, so dropped" for key in dropped]
    return found


class CheckingClient(mixpeek.ApiClient):
    """The SDK's client as it is, with a look at each response after the SDK has decoded it."""

    def response_deserialize(self, response_data, response_types_map=None):
        """Decodes a response as the SDK does, then compares the result with the body."""
        try:
            response = super().response_deserialize(response_data, response_types_map)
        except ApiException as error:
            if error.data is not None:
                _check_envelope(error)
            raise
        if response.status_code == 200:
            _check(response.data, json.loads(response.raw_data))
        else:
            assert response.status_code == 204, f"the SDK reads {response.status_code} as None"
            assert response.raw_data == b"", "a 204 has no body"
        return response


def _check(decoded, raw):
    found = losses(decoded, raw)
    assert not found, f"{type(decoded).__name__} lost something:\n" + "\n".join(found)


def _check_envelope(error):
    """A refusal's body is the contract's envelope, and the SDK has all of it."""
    raw = json.loads(error.body)
    _check(error.data, raw)
    assert (raw["success"], raw["status"]) == (False, error.status), raw
    assert raw["error"]["message"] and raw["error"]["type"], raw
