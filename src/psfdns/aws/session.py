"""Clients of one session: botocore's, without what KMS, Route 53 and STS do not need of it.

A session reads profile, credentials and endpoints as every tool of AWS does (boto3 adds nothing but its
imports). But it also lists the hundreds of services that it knows and reads the endpoints of them all, which
costs more than a small plan.
"""

from __future__ import annotations

import copy
import functools
import json
import os
import threading
from pathlib import Path
from typing import Any

import botocore.session
from botocore.loaders import JSONFileLoader, Loader

from psfdns.aws.listing import ParserFactory

_SERVICES = ("kms", "route53", "sts")
_BEFORE_SERVICES = '"services" : {'
"""Where, in the first partition of endpoints.json, its services begin."""


class Session:
    """Makes the clients of `_SERVICES`; with `sandboxed` no profile takes part. Threads may share it."""

    def __init__(self, *, sandboxed: bool = False) -> None:
        self._sandboxed = sandboxed
        self._turn = threading.Lock()

    def create_client(self, service: str, **settings: Any) -> Any:
        """A client, with the settings of botocore's `create_client`; raises what that raises."""
        with self._turn:
            return self._session.create_client(service, **settings)

    @functools.cached_property
    def _session(self) -> botocore.session.Session:
        """Made when used, since reading a profile can fail."""
        # File key, environment, default, conversion.
        ignored = {"profile": (None, None, None, None)} if self._sandboxed else None
        session = botocore.session.Session(session_vars=ignored)
        more = session.get_config_variable("data_path")
        paths = (
            [os.path.expandvars(Path(path).expanduser()) for path in more.split(os.pathsep)] if more else None
        )
        session.register_component("data_loader", _Models(extra_search_paths=paths, file_loader=_Files()))
        session.register_component("response_parser_factory", ParserFactory())
        return session


class _Models(Loader):
    """botocore's data, without looking what else there is."""

    def list_available_services(self, type_name: str) -> list[str]:
        """The services that may be asked for."""
        del type_name
        return list(_SERVICES)


class _Files(JSONFileLoader):
    """Reads of endpoints.json, a megabyte, only what concerns us; of another form than expected, all."""

    def load_file(self, file_path: str) -> Any:
        """The file's data, or None where there is no such file."""
        path = Path(f"{file_path}.json")
        if path.name != "endpoints.json" or not path.is_file():
            return _load_once(file_path)
        # A session writes into the endpoints that it is given.
        return copy.deepcopy(_load_endpoints(path)) or super().load_file(file_path)


@functools.cache
def _load_once(file_path: str) -> Any:
    """What describes a service, or None; no session changes it."""
    return JSONFileLoader().load_file(file_path)


@functools.cache
def _load_endpoints(path: Path) -> dict[str, Any] | None:
    return _cut_endpoints(path.read_text("utf-8"))


def _cut_endpoints(text: str) -> dict[str, Any] | None:
    """The first partition, Amazon's own, with our services; None where the text is of another form."""
    before, found, services = text.partition(_BEFORE_SERVICES)
    try:
        parts = [f'"{name}": {_object_of(services, name)}' for name in _SERVICES]
        data: dict[str, Any] = json.loads(f"{before}{found}{', '.join(parts)}}}}}]}}")
    except ValueError:
        return None
    return data if [each["partition"] for each in data["partitions"]] == ["aws"] else None


def _object_of(services: str, name: str) -> str:
    start = services.index(f'\n      "{name}" : ') + len(f'\n      "{name}" : ')
    return services[start : json.JSONDecoder().raw_decode(services, start)[1]]
