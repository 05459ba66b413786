"""What a tenant is asked who wants a zone: one list for options, prompts and the issue form. Pure.

An answer is judged by what reads tenant.toml, so that nothing is taken here that `check` would refuse.
"""

from __future__ import annotations

import datetime
import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from psfdns.tenants.compose import compose_tenant
from psfdns.tenants.names import SLUG, TENANT_FILE
from psfdns.tenants.parse import KINDS, PAYERS, parse_tenant

Answers = Mapping[str, Any]
"""By the `id` of their question; what nobody answered is not in it."""


class AnswerError(ValueError):
    """The answer is not one; the message says why and what to write."""


class Part(enum.Enum):
    """What an answer is about."""

    ZONE = enum.auto()
    TENANT = enum.auto()
    SETTINGS = enum.auto()


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to know; `id` is its key in tenant.toml, and that of the issue form's field.

    `label` is the heading that the issue form gives it ("": it does not ask), `choices` what the form
    offers, with what each means. `many`: an answer is a list, in the form a line each. `needed`: there is
    no default.
    """

    id: str
    part: Part
    option: str
    help: str
    read: Callable[[str], Any]
    label: str = ""
    choices: Mapping[str, Any] = field(default_factory=dict)
    many: bool = False
    needed: bool = False


def read_text(text: str) -> str:
    """One line, without the blanks around it."""
    return text.strip()


def read_slug(text: str) -> str:
    """A tenant's folder; raises AnswerError."""
    slug = text.strip()
    if not SLUG.fullmatch(slug):
        raise AnswerError("a tenant's folder is named in lower-case letters, digits, '-', '_' and '.'")
    return slug


_LIAISON = re.compile(r"([^<>]*)<([^<>]*)>\s*(?:@(\S+))?")


def read_liaison(text: str) -> dict[str, str]:
    """`Name <mail>` or `Name <mail> @github`; raises AnswerError."""
    match = _LIAISON.fullmatch(text.strip())
    if match is None:
        raise AnswerError('write "Name <mail@example.org>", and behind it @handle for one at GitHub')
    name, email, github = match[1].strip().strip('"').strip(), match[2].strip(), match[3]
    return {"name": name, "email": email, **({"github": github} if github else {})}


def _read_date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise AnswerError("write a date as 2027-05-01") from None


def _read_delegated(text: str) -> tuple[str, str]:
    name, sign, tenant = text.strip().partition("=")
    if not sign:
        raise AnswerError("write NAME=TENANT")
    return name.strip().lower().removesuffix("."), tenant.strip()


def _read_switch(text: str) -> bool:
    if text not in {"true", "false"}:
        raise AnswerError("write true or false")
    return text == "true"


_YES_NO = {"Yes": True, "No": False}
_WHO_PAYS = {"The tenant": "tenant", "The PSF": "psf"}
_WHAT_THEY_ARE = {
    "Working Group": "working-group",
    "Community Organisation": "community-organisation",
    "The PSF itself": "psf",
}
_WHERE_REGISTERED = {
    "By the tenant, at a registrar of its own": "tenant",
    "By the PSF, at Gandi": "gandi",
    "Nowhere: it lies in a zone that is hosted here": "none",
}

NAME = Question(
    "zone",
    Part.ZONE,
    "NAME",
    "The name of the zone, such as pyladies.example.",
    read_text,
    "Zone",
    needed=True,
)
TENANT = Question(
    "tenant",
    Part.ZONE,
    "--tenant",
    "Whose it is: the tenant's folder under zones/, such as pyladies.",
    read_slug,
    "Tenant",
    needed=True,
)
RECORDS = Question(
    "records",
    Part.ZONE,
    "--from",
    "Records to begin with, as in a zone file or an export (BIND, cli53).",
    str,
    "Records",
)

TENANT_QUESTIONS = (
    Question(
        "name",
        Part.TENANT,
        "--name",
        "Who the tenant is, such as PyLadies.",
        read_text,
        "Name of the tenant",
        needed=True,
    ),
    Question(
        "kind",
        Part.TENANT,
        "--kind",
        "What the tenant is.",
        read_text,
        "Kind of tenant",
        _WHAT_THEY_ARE,
        needed=True,
    ),
    Question(
        "approved",
        Part.TENANT,
        "--approved",
        'The decision that approved or recognised it, such as "Board resolution, 2026-03-11".',
        read_text,
        "Approved or recognised by",
        needed=True,
    ),
    Question(
        "billing",
        Part.TENANT,
        "--billing",
        "Who pays for registrations.",
        read_text,
        "Who pays for registrations",
        _WHO_PAYS,
        needed=True,
    ),
    Question(
        "liaison",
        Part.TENANT,
        "--liaison",
        '"Name <mail> @github" of somebody to talk to, a role is welcome; @github is optional. Repeatable.',
        read_liaison,
        "Liaisons",
        many=True,
        needed=True,
    ),
    Question("team", Part.TENANT, "--team", "Its team at GitHub, @org/team, for reviews.", read_text),
)
"""What is asked of a tenant that is not there yet."""

SETTINGS_QUESTIONS = (
    Question(
        "registrar",
        Part.SETTINGS,
        "--registrar",
        "Where the domain is registered.",
        read_text,
        "Registered",
        _WHERE_REGISTERED,
    ),
    Question("dnssec", Part.SETTINGS, "--dnssec", "Whether to sign it.", _read_switch, "DNSSEC", _YES_NO),
    Question("comment", Part.SETTINGS, "--comment", "What it is for, one line.", read_text, "Purpose"),
    Question(
        "expires",
        Part.SETTINGS,
        "--expires",
        "When the registration ends, where no registry says so.",
        _read_date,
    ),
    Question(
        "ignore",
        Part.SETTINGS,
        "--ignore",
        '"NAME TYPE" that another program writes. Repeatable.',
        read_text,
        many=True,
    ),
    Question(
        "protect",
        Part.SETTINGS,
        "--protect",
        '"NAME TYPE" that is not to change by accident. Repeatable.',
        read_text,
        many=True,
    ),
    Question(
        "delegation_set",
        Part.SETTINGS,
        "--delegation-set",
        'The id of a delegation set, or "none".',
        read_text,
    ),
    Question(
        "private",
        Part.SETTINGS,
        "--private",
        "REGION:VPC that a private zone is for. Repeatable.",
        read_text,
        many=True,
    ),
    Question(
        "delegated",
        Part.SETTINGS,
        "--delegated",
        "NAME=TENANT: a subzone that another tenant may hold. Repeatable.",
        _read_delegated,
        many=True,
    ),
)
"""The settings of a zone in tenant.toml that are asked for, or taken as options."""

QUESTIONS = (NAME, TENANT, *TENANT_QUESTIONS, *SETTINGS_QUESTIONS, RECORDS)
BY_ID = {question.id: question for question in QUESTIONS}
VALUES = {"kind": KINDS, "billing": PAYERS, "registrar": ("gandi", "tenant", "none")}
"""What may be answered, where that is a closed choice."""


def describe(question: Question) -> str:
    """What is asked, and what may be answered where that is a closed choice."""
    values = VALUES.get(question.id)
    return f"{question.help} One of {', '.join(values)}." if values else question.help


_SOUND: dict[str, Any] = {
    "name": "A tenant",
    "kind": "working-group",
    "approved": "A decision",
    "billing": "psf",
    "liaison": [{"name": "A role", "email": "role@example.org"}],
}


def read_answer(question: Question, text: str, *, stem: str) -> Any:
    """The answer as tenant.toml holds it; `stem` is the zone's key there. Raises AnswerError."""
    value = question.read(text)
    if question.part is not Part.ZONE:
        judge_answer(question, gathered(question, [value]) if question.many else value, stem=stem)
    return value


def gathered(question: Question, values: list[Any]) -> Any:
    """Several answers to one question as tenant.toml has them: a list, or a table."""
    return dict(values) if question.id == "delegated" else values


def judge_answer(question: Question, value: Any, *, stem: str) -> None:
    """Raises AnswerError with the first thing that the reader of tenant.toml has against it."""
    settings = {question.id: value} if question.part is Part.SETTINGS else {}
    tenant = {question.id: value} if question.part is Part.TENANT else {}
    text = compose_tenant({**_SOUND, **tenant}, {stem: settings})
    parsed = parse_tenant(text.encode("utf-8", "surrogateescape"), slug="a-tenant", path=TENANT_FILE)
    for finding in parsed.findings:
        raise AnswerError(f"{finding.summary} ({finding.hint})" if finding.hint else finding.summary)
