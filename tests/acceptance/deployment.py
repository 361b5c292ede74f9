"""Which stack is tested, as the environment says.

    STOWAGE_URL        the API's base URL, without /v1; required
    STOWAGE_KEY        a key that may read and write; required
    STOWAGE_NAMESPACE  a namespace that the key may use; needed if it may not administrate
    STOWAGE_READ_KEY   a key of the same organisation that may only read
    STOWAGE_BOUND_KEY  a key of the same organisation that may use STOWAGE_NAMESPACE alone
    STOWAGE_OTHER_KEY  a key of another organisation that may read, write and administrate

The tests of keys that aren't given are skipped, with the reason. `scripts/with-stack.sh`
sets all of them for a local stack.
"""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Deployment:
    """A stack, and the keys to use it with; what wasn't given is None."""

    url: str
    key: str
    namespace: str | None
    read_key: str | None
    bound_key: str | None
    other_key: str | None

    @classmethod
    def from_environment(cls):
        """The stack that the environment names; a KeyError if it names none."""
        return cls(
            url=os.environ["STOWAGE_URL"].rstrip("/").removesuffix("/v1"),
            key=os.environ["STOWAGE_KEY"],
            namespace=os.environ.get("STOWAGE_NAMESPACE") or None,
            read_key=os.environ.get("STOWAGE_READ_KEY") or None,
            bound_key=os.environ.get("STOWAGE_BOUND_KEY") or None,
            other_key=os.environ.get("STOWAGE_OTHER_KEY") or None,
        )
