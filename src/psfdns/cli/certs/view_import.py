"""What became of certbot's certificates, as a document and as text from it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from psfdns.certs.certificate import KeyType, without_wildcard
from psfdns.cli.certs.adopting import Adopted, Fate
from psfdns.cli.views.escape import escape
from psfdns.cli.views.table import render_rows
from psfdns.moments import write_moment

FORMAT = "psfdns-certs-import/1"

Shape = dict[str, Any]


def to_document(
    adopted: Sequence[Adopted], *, source: str, store: str, wanted: Collection[str], dry_run: bool
) -> Shape:
    """`wanted` are the names that certs files have; `manifest` is what they lack."""
    return {
        "format": FORMAT,
        "from": source,
        "store": store,
        "written": not dry_run,
        "certificates": [_certificate(each, wanted) for each in adopted],
        "manifest": "\n".join(
            _table(each) for each in adopted if each.fate is not Fate.ERROR and each.name not in wanted
        ),
    }


def _certificate(each: Adopted, wanted: Collection[str]) -> Shape:
    found = each.certificate
    return {
        "name": each.name,
        "fate": each.fate.value,
        "why": each.why,
        "sets": each.sets,
        "names": [] if found is None else list(found.names),
        "not_after": None if found is None else write_moment(found.not_after),
        "serial": None if found is None else found.serial,
        "fingerprint": None if found is None else found.fingerprint,
        "wanted": each.name in wanted,
    }


def _table(each: Adopted) -> str:
    """The [[certificate]] that would want it; JSON's strings are TOML's."""
    found, order = each.certificate, each.lineage.ordered_by if each.lineage else None
    names = list(found.names) if found is not None else []
    said: dict[str, object] = {}
    if not names or without_wildcard(names[0]) != each.name:
        said["name"] = each.name
    said["names"] = names
    if found is not None and found.key not in {None, KeyType.ECDSA_P256}:
        said["key"] = found.key
    if order is not None and order.reuse_key:
        said["reuse_key"] = True
    if order is not None and order.profile:
        said["profile"] = order.profile
    lines = (f"{key} = {json.dumps(value, ensure_ascii=True)}\n" for key, value in said.items())
    return "[[certificate]]\n" + "".join(lines)


def render_text(document: Shape) -> str:
    """A line a certificate, then what no certs file wants yet."""
    rows = [_row(each, written=document["written"]) for each in document["certificates"]]
    text = render_rows(rows) if rows else f"{escape(document['from'])} holds no certificates.\n"
    if not document["written"]:
        text += "\nNothing was written.\n"
    if document["manifest"]:
        lines = "".join(f"{escape(line)}\n" for line in document["manifest"].splitlines())
        text += f"\nNo certs file wants these yet; in certs/<tenant>.toml:\n\n{lines}"
    return text


def _row(each: Mapping[str, Any], *, written: bool) -> tuple[str, ...]:
    sets = "1 set" if each["sets"] == 1 else f"{each['sets']} sets"
    end = f", expires {each['not_after'].partition('T')[0]}" if each["not_after"] else ""
    fate = "to import" if each["fate"] == Fate.IMPORTED and not written else each["fate"]
    return fate, escape(each["name"]), escape(each["why"] or f"{sets}{end}")
