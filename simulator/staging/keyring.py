"""Which account a caller's key belongs to. Keys themselves are neither kept nor told."""

import os
from collections.abc import Mapping
from hashlib import blake2b, sha256

from simulator.errors import Precondition
from simulator.provider.accounts import NO_KEY
from simulator.provider.profile import Profile

_SALT = os.urandom(16)  # a new one in every process: the name of a key in a log says nothing about the key


class Keyring:
    """The accounts of a profile, by the digests of their keys."""

    def __init__(self, profile: Profile, environ: Mapping[str, str] = os.environ) -> None:
        """Raises `Precondition` where a variable that should hold a key is not set."""
        self._only_accounts = profile.auth == "required"
        self._labels: dict[str, str] = {}
        for label, account in profile.accounts.items():
            for name in account.keys:
                self._labels[_digest_of(name, label, environ)] = label

    def account(self, key: str | None) -> str:
        """A label of the profile, `NO_KEY`, or a name of its own for any other key."""
        if not key:
            return NO_KEY
        digest = sha256(key.encode("utf-8", "surrogateescape"))
        label = self._labels.get(digest.hexdigest())
        return label or f"key:{blake2b(digest.digest(), digest_size=6, key=_SALT).hexdigest()}"

    def lets_in(self, account: str) -> bool:
        """Whether the profile serves this account at all."""
        return not self._only_accounts or account in self._labels.values()


def _digest_of(name: str, label: str, environ: Mapping[str, str]) -> str:
    kind, _, value = name.partition(":")
    if kind == "sha256":
        return value
    if not environ.get(value):
        raise Precondition(f"accounts.{label}: {value} is not set; export the key in it, or name the key by sha256")
    return sha256(environ[value].encode("utf-8", "surrogateescape")).hexdigest()
