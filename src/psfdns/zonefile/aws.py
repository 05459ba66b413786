r"""The one zone-file notation for Route 53's aliases and routing policies, cli53's, read strictly. Pure.

::

    alias-line = owner [ttl] [class] "AWS" "ALIAS" type target zoneid ("true" / "false")
    comment    = "; AWS" 1*WSP pair *( 1*WSP pair ) *WSP
    pair       = 1*ALPHA "=" ( DQUOTE *( "\" any / any but DQUOTE and "\" ) DQUOTE / 1*DIGIT )

cli53 reads what it does not understand as a plain record; here every such thing is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

from psfdns.names import NameSyntaxError, parse_name
from psfdns.records import HOSTED_TYPES, SELF_ZONE, Alias, RRset
from psfdns.routing import AWS_KEYS, POLICIES, Geolocation, Geoproximity, Routing, routing_fault
from psfdns.rrsets import canonical_degrees

ALIAS_TYPES = HOSTED_TYPES - {"NS", "SOA"}
"""An alias record may have any hosted type but NS and SOA (Developer Guide, "Alias records")."""

_PAIR = re.compile(r'([A-Za-z]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([0-9]+))(?=\s|$)')
_BARE_PAIR = re.compile(r"([A-Za-z]+)\s*=\s*([^\s\"]+)(?=\s|$)")
_ZONE_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_MISSPELT = {"subdivisonCode": "subdivisionCode"}
_ALIAS_FORM = "NAME [TTL] AWS ALIAS TYPE TARGET ZONEID|$self true|false"
_CONTINENTS = frozenset({"AF", "AN", "AS", "EU", "NA", "OC", "SA"})


class AwsSyntaxError(ValueError):
    """An alias line or AWS comment is wrong; the hint says what to write."""

    def __init__(self, summary: str, hint: str | None = None) -> None:
        super().__init__(summary)
        self.summary = summary
        self.hint = hint


@dataclass(frozen=True, slots=True)
class AwsAttributes:
    """What an AWS comment says about its record's set."""

    routing: Routing | None = None
    set_identifier: str | None = None
    health_check: str | None = None


def parse_alias(words: Sequence[str], *, origin: str) -> tuple[str, Alias]:
    """Type and alias of the four words behind `AWS ALIAS`; raises AwsSyntaxError.

    A relative target (and `@`) is completed only with `$self`; another zone's is always absolute.
    """
    if len(words) != 4:
        raise AwsSyntaxError(f"an alias line takes 4 words behind AWS ALIAS, not {len(words)}", _ALIAS_FORM)
    rdtype, target, zone_id, health = words[0].upper(), words[1], words[2], words[3]
    if rdtype not in ALIAS_TYPES:
        raise AwsSyntaxError(f"Route 53 has no alias records of type {words[0]}", _ALIAS_FORM)
    if zone_id != SELF_ZONE and not _ZONE_ID.fullmatch(zone_id):
        raise AwsSyntaxError(
            f"{zone_id!r} is not the id of a hosted zone", "write the bare id (Z…), or $self"
        )
    if health not in {"true", "false"}:
        meant = health.lower() if health.lower() in {"true", "false"} else "true or false"
        raise AwsSyntaxError(f"evaluate-target-health is {health!r}", f"write {meant}")
    return rdtype, Alias(_alias_target(target, zone_id, origin), zone_id, health == "true")


def _alias_target(target: str, zone_id: str, origin: str) -> str:
    try:
        if zone_id == SELF_ZONE:
            return parse_name(target, origin=origin)
        if target == "@":
            raise AwsSyntaxError("the alias target @ means this zone, the zone id another", "write $self")
        return parse_name(target, origin=".")
    except NameSyntaxError as error:
        raise AwsSyntaxError(f"the alias target {target!r} is not a name: {error}") from error


def format_alias(rdtype: str, alias: Alias, *, target: str) -> str:
    """The four words behind `AWS ALIAS`; `target` is the alias's name as the file writes it."""
    return f"{rdtype} {target} {alias.zone_id} {'true' if alias.evaluate_target_health else 'false'}"


def parse_comment(text: str) -> AwsAttributes:
    """The attributes in what stands behind `; AWS`; raises AwsSyntaxError."""
    pairs = _split_pairs(text)
    health_check = _optional(pairs, "healthCheckId", _health_check)
    identifier = _optional(pairs, "identifier", _identifier)
    policy = pairs.pop("routing", None)
    if policy is None:
        if identifier is not None or pairs or health_check is None:
            raise AwsSyntaxError("the AWS comment has no routing", f"begin with routing={_POLICY_CHOICE}")
        return AwsAttributes(health_check=health_check)
    if identifier is None:
        raise AwsSyntaxError(
            "the AWS comment has no identifier", 'add identifier="…", unique for this name and type'
        )
    return AwsAttributes(_routing(policy, pairs), identifier, health_check)


def format_comment(rrset: RRset) -> str:
    """`; AWS …` in cli53's order (routing, its keys, healthCheckId, identifier), or nothing."""
    words = []
    if rrset.routing is not None:
        words.append(f'routing="{rrset.routing.policy.upper()}"')
        for field in fields(rrset.routing):
            value = getattr(rrset.routing, field.name)
            if value is not None:
                words.append(
                    f"{AWS_KEYS[field.name]}={value if field.name == 'weight' else _quote(str(value))}"
                )
    if rrset.health_check is not None:
        words.append(f"healthCheckId={_quote(rrset.health_check)}")
    if rrset.key.set_identifier is not None:
        words.append(f"identifier={_quote(rrset.key.set_identifier)}")
    return "; AWS " + " ".join(words) if words else ""


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _split_pairs(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    position = 0
    rest = text.strip()
    if not rest:
        raise AwsSyntaxError("nothing stands behind ; AWS", f"write routing={_POLICY_CHOICE} …")
    while position < len(rest):
        match = _PAIR.match(rest, position)
        if match is None:
            raise _not_a_pair(rest[position:])
        key = _known_key(match[1])
        if key in pairs:
            raise AwsSyntaxError(f"{key} stands twice in the AWS comment", "keep one")
        pairs[key] = match[3] if match[3] is not None else re.sub(r"\\(.)", r"\1", match[2])
        position = match.end()
        while position < len(rest) and rest[position].isspace():
            position += 1
    return pairs


def _not_a_pair(rest: str) -> AwsSyntaxError:
    bare = _BARE_PAIR.match(rest)
    if bare is not None:
        return AwsSyntaxError(f"the value of {bare[1]} is not in quotes", f'write {bare[1]}="{bare[2]}"')
    word = rest.split(maxsplit=1)[0]
    return AwsSyntaxError(
        f'{word!r} is not key="value" in an AWS comment',
        'an AWS comment is a row of key="value", one blank between; any other comment may not begin with AWS',
    )


def _known_key(key: str) -> str:
    if key in _KEYS:
        return key
    known = _MISSPELT.get(key) or {name.lower(): name for name in _KEYS}.get(key.lower())
    hint = f"write {known}" if known else f"the keys are {', '.join(sorted(_KEYS))}"
    raise AwsSyntaxError(f"an AWS comment has no key {key}", hint)


_KEYS = frozenset(AWS_KEYS.values()) | {"routing", "healthCheckId", "identifier"}
_POLICY_NAMES = {policy.upper(): kind for policy, kind in POLICIES.items()}
_POLICY_CHOICE = "|".join(f'"{name}"' for name in _POLICY_NAMES)


def _optional(pairs: dict[str, str], key: str, read: Callable[[str, str], str]) -> str | None:
    return read(key, pairs.pop(key)) if key in pairs else None


def _routing(policy: str, pairs: Mapping[str, str]) -> Routing:
    kind = _POLICY_NAMES.get(policy)
    if kind is None:
        raise AwsSyntaxError(f"routing={policy!r} is no routing policy", f"write routing={_POLICY_CHOICE}")
    keys = {AWS_KEYS[field.name]: field.name for field in fields(kind)}
    if extra := [key for key in pairs if key not in keys]:
        raise AwsSyntaxError(f'routing="{policy}" takes no {extra[0]}', _takes(policy, keys))
    if missing := [key for key in keys if key not in pairs and kind not in (Geolocation, Geoproximity)]:
        raise AwsSyntaxError(f'routing="{policy}" needs {missing[0]}', _takes(policy, keys))
    routing = kind(**{keys[key]: _READERS[key](key, value) for key, value in pairs.items()})  # type: ignore[arg-type]
    if fault := routing_fault(routing):
        raise AwsSyntaxError(fault, _takes(policy, keys))
    return routing


def _takes(policy: str, keys: Mapping[str, str]) -> str:
    return f'routing="{policy}" takes {", ".join(keys) or "nothing"} and identifier'


def _whole_number(low: int, high: int) -> Callable[[str, str], int]:
    def read(key: str, text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,4}", text) or not low <= int(text) <= high:
            raise AwsSyntaxError(f"{key} is {text!r}", f"write a whole number from {low} to {high}")
        return int(text)

    return read


def _bias(key: str, text: str) -> int | None:
    """No bias is a bias of 0."""
    return _whole_number(-99, 99)(key, text) or None


def _matching(pattern: str, what: str) -> Callable[[str, str], str]:
    compiled = re.compile(pattern)

    def read(key: str, text: str) -> str:
        if not compiled.fullmatch(text):
            raise AwsSyntaxError(f"{key} is {text!r}", f"write {what}")
        return text

    return read


def _degrees(limit: int) -> Callable[[str, str], str]:
    def read(key: str, text: str) -> str:
        try:
            return canonical_degrees(text, limit=limit)
        except ValueError as error:
            raise AwsSyntaxError(
                f"{key}: {error}", f"write degrees from -{limit} to {limit}, at most two decimals"
            ) from error

    return read


_health_check = _matching(r"[!-~]{1,64}", "the id of a health check")
_identifier = _matching(r"(?s:.{1,128})", "1 to 128 characters")

_READERS: dict[str, Callable[[str, str], int | str | None]] = {
    "weight": _whole_number(0, 255),
    "region": _matching(r"[a-z][a-z0-9-]{0,63}", "the code of an AWS region, as us-west-2"),
    "failover": _matching("PRIMARY|SECONDARY", "PRIMARY or SECONDARY"),
    "continentCode": _matching("|".join(sorted(_CONTINENTS)), f"one of {', '.join(sorted(_CONTINENTS))}"),
    "countryCode": _matching(r"\*|[A-Z]{2}", "two capital letters (ISO 3166), or * for everywhere else"),
    "subdivisionCode": _matching(r"[A-Z0-9]{1,3}", "the code of a state, as CA"),
    "localZoneGroup": _matching(
        r"[a-z][a-z0-9-]{0,63}", "the name of a local zone group, as us-west-2-lax-1"
    ),
    "latitude": _degrees(90),
    "longitude": _degrees(180),
    "bias": _bias,
    "collectionId": _matching(
        r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", "the id of a CIDR collection (a UUID)"
    ),
    "locationName": _matching(r"[0-9A-Za-z_*-]{1,16}", "the name of a CIDR location, or * for everyone else"),
}
"""Key -> what reads its value; limits from the API reference, ResourceRecordSet."""
