"""Record sets and findings in the shapes of the JSON documents (docs/contract.md §4), both ways. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.records import Alias, RRset, RRsetKey
from psfdns.routing import AWS_KEYS, POLICIES, Routing

Json = dict[str, Any]

_FIELDS = {spelled: field for field, spelled in AWS_KEYS.items()}


def rrset_to_json(rrset: RRset) -> Json:
    """The RRSET shape; the key stands outside it."""
    return {
        "ttl": rrset.ttl,
        "values": list(rrset.values),
        "alias": None if rrset.alias is None else dataclasses.asdict(rrset.alias),
        "routing": None if rrset.routing is None else routing_to_json(rrset.routing),
        "health_check": rrset.health_check,
    }


def routing_to_json(routing: Routing) -> Json:
    """The policy's name and, of the AWS line's keys, those that are set."""
    fields = dataclasses.asdict(routing).items()
    spelled = {AWS_KEYS[name]: value for name, value in fields if value is not None}
    return {"policy": routing.policy, **spelled}


def text(value: object) -> str:
    """The value itself; a TypeError where it is no text, so that nothing else gets into what is compared."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def optional_text(value: object) -> str | None:
    """The same, where there may be none."""
    return None if value is None else text(value)


def rrset_from_json(key: RRsetKey, shape: Mapping[str, Any]) -> RRset:
    """The record set again, without its place in a file; another shape is a KeyError or TypeError."""
    alias, routing = shape["alias"], shape["routing"]
    return RRset(
        key=key,
        ttl=shape["ttl"],
        values=tuple(map(text, shape["values"])),
        alias=None if alias is None else Alias(**alias),
        routing=None if routing is None else routing_from_json(routing),
        health_check=optional_text(shape["health_check"]),
    )


def routing_from_json(shape: Mapping[str, Any]) -> Routing:
    """The policy again; an unknown policy or key is a KeyError."""
    fields = {_FIELDS[name]: value for name, value in shape.items() if name != "policy"}
    return POLICIES[shape["policy"]](**fields)


def diagnostic_to_json(finding: Diagnostic) -> Json:
    """The DIAGNOSTIC shape."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "summary": finding.summary,
        "path": finding.span.path if finding.span else None,
        "line": finding.span.first_line if finding.span else None,
        "hint": finding.hint,
        "reference": finding.reference,
    }


def diagnostic_from_json(shape: Mapping[str, Any]) -> Diagnostic:
    """The finding again, with the first line of its place."""
    path, line = shape["path"], shape["line"]
    return Diagnostic(
        code=shape["code"],
        severity=Severity(shape["severity"]),
        summary=shape["summary"],
        span=None if path is None else Span(path, line, line),
        hint=shape["hint"],
        reference=shape["reference"],
    )
