"""What became of deploys: the document `psfdns-certs-deploy/1`, and text from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from psfdns.cli.views.escape import escape

if TYPE_CHECKING:
    from psfdns.certs.deploying import Delivery
    from psfdns.cli.certs.delivering import Deploys

FORMAT = "psfdns-certs-deploy/1"

Shape = dict[str, Any]


def to_document(deploys: Deploys, holding: Iterable[Delivery] = ()) -> Shape:
    """The document (docs/contract.md §4); `holding` is what was there already, and was left alone."""
    tried = [
        _row(each.delivery, why=each.fault, hint=each.hint, remark=each.remark) for each in deploys.delivered
    ]
    return {
        "format": FORMAT,
        "deployed": [*tried, *(_row(each, tried=False) for each in holding)],
        "forgotten": [{"name": name, "target": target} for name, target in deploys.forgotten],
        "missing": [
            {"name": name, "why": error.summary, "hint": error.hint}
            for name, error in deploys.missing.items()
        ],
    }


def _row(
    delivery: Delivery,
    *,
    tried: bool = True,
    why: str | None = None,
    hint: str | None = None,
    remark: str = "",
) -> Shape:
    return {
        "name": delivery.name,
        "target": delivery.target.name,
        "fingerprint": delivery.fingerprint,
        "tried": tried,
        "ok": why is None,
        "why": why,
        "hint": hint,
        "remark": remark,
    }


def render_deployed(document: Shape) -> str:
    """A line for each that arrived, or was there already."""
    return "".join(f"{_say_arrival(each)}\n" for each in document["deployed"] if each["ok"])


def _say_arrival(row: Shape) -> str:
    name, target = escape(row["name"]), escape(row["target"])
    return f"{name}: deployed to {target}" if row["tried"] else f"{name}: is at {target} already"


def render_undeployed(document: Shape) -> str:
    """Why the others did not, with what a program said, and what to do."""
    lines = []
    for each in document["deployed"]:
        if not each["ok"]:
            where = f"{escape(each['name'])}: not deployed to {escape(each['target'])}"
            why, *more = each["why"].split("\n")
            lines.append(f"error: {where}: {escape(why)}")
            lines += [f"    {escape(line)}" for line in more]
            lines += [f"hint: {escape(each['hint'])}"] if each["hint"] else []
    return "".join(f"{line}\n" for line in lines)


def render_missing(document: Shape) -> str:
    """Which sets this machine has not got, and so brings nowhere."""
    lines = []
    for each in document["missing"]:
        lines.append(
            f"error: {escape(each['name'])}: not brought here, and so nowhere: {escape(each['why'])}"
        )
        lines += [f"hint: {escape(each['hint'])}"] if each["hint"] else []
    return "".join(f"{line}\n" for line in lines)


def render_forgotten(document: Shape) -> str:
    """A line for each target that a manifest does not name any more."""
    return "".join(
        f"{escape(each['name'])}: {escape(each['target'])} is no target of it any more; what is there stays\n"
        for each in document["forgotten"]
    )


def render_remarks(document: Shape) -> str:
    """What programs said that ended well."""
    return "".join(
        f"{escape(each['name'])}: {escape(each['target'])}: {escape(line)}\n"
        for each in document["deployed"]
        for line in each["remark"].splitlines()
    )
