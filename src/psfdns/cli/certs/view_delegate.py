"""The CNAMEs of a certificate's challenges as text, from the document `psfdns-certs-delegate/1`."""

from __future__ import annotations

from typing import Any

from psfdns.cli.views.escape import escape

Shape = dict[str, Any]


def render_records(document: Shape) -> str:
    """A line a name, as a zone file has it."""
    return "".join(f"{escape(_record(each))}\n" for each in document["records"])


def _record(record: Shape) -> str:
    return f"{record['owner']} CNAME {record['target']}"


def render_verdicts(document: Shape) -> str:
    """A line a name: whether its CNAME is right, and what is there instead."""
    lines = (f"{each['status']:<8}{each['owner']}{_why(each)}" for each in document["records"])
    return "".join(f"{escape(line)}\n" for line in lines)


def _why(record: Shape) -> str:
    if record["status"] == "right":
        return ""
    if record["fault"] is not None:
        return f": {record['fault']}"
    return f": leads to {record['leads_to']}" if record["leads_to"] else ": there is no CNAME"


def render_instructions(document: Shape) -> str:
    """The message for whoever can set the records."""
    wrong = [each for each in document["records"] if each["status"] != "right"]
    lines = [f"Hello {document['greeting']},", "", *(_ask(wrong) if wrong else _NOTHING)]
    if document["to"]:
        subject = f"Subject: Certificate of {document['name']}: records to set"
        lines = [f"To: {', '.join(document['to'])}", subject, "", *lines]
    return "".join(f"{escape(line)}\n" for line in lines)


_NOTHING = ("all records are as they have to be; there is nothing to do.",)


def _ask(records: list[Shape]) -> list[str]:
    these = "this record" if len(records) == 1 else f"these {len(records)} records"
    return [
        f"so that we can get and renew the certificate, please set {these} where your DNS is kept:",
        "",
        *(f"    {_record(each)}" for each in records),
        "",
        "The final dots are part of the names; some forms want the part before your domain only,",
        "and no final dot. Nothing else may stand at these names. The records have to stay: every",
        "renewal is proved by them. They let us prove to a certificate authority that these names",
        "may be on a certificate, and nothing else.",
    ]
