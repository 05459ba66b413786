"""Making hosted zones so that no retry can make a second one, and setting what belongs to a zone.

A CallerReference is derived from what is wanted and is taken only once for ever (CreateHostedZone). If
ours is taken, either we made the zone (an answer was lost, or another run is at it), or it was deleted
since: then the next generation of the reference is free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psfdns.errors import HostError
from psfdns.plans.host import HostedZone, LiveZone
from psfdns.plans.match import GENERATIONS, caller_reference
from psfdns.plans.plan import ZonePlan
from psfdns.route53.host import bare_id, fetch_vpcs, fetch_zone, list_zones, name_servers_of
from psfdns.rrsets import encode_name

if TYPE_CHECKING:
    from psfdns.aws import Api

TAKEN = "HostedZoneAlreadyExists"


@dataclass(frozen=True, slots=True)
class NewZone:
    """A zone that psfdns made; `live` is what it holds already where it was made before this run."""

    id: str
    name_servers: tuple[str, ...]
    change_id: str | None
    live: LiveZone | None = None


def create_zone(api: Api, plan: ZonePlan, *, account: str | None) -> NewZone:
    """The planned zone with delegation set, comment and first VPC. Raises HostError."""
    for generation in range(GENERATIONS):
        reference = caller_reference(account=account, name=plan.origin, view=plan.view, generation=generation)
        try:
            made = _submit_creation(api, plan, reference)
        except HostError as error:
            if error.code != TAKEN and not error.uncertain:
                raise
            found = _find_again(api, plan, reference)
            if found is not None:
                return found
            if error.code != TAKEN:
                raise
        else:
            return made
    raise HostError(
        "Route 53", f"create {plan.label}", f"all {GENERATIONS} references for this zone have been used"
    )


def lacks_vpcs(plan: ZonePlan) -> bool:
    """Whether the zone is wanted in more VPCs than it is in, or than the one that it is made with."""
    return bool(_missing_vpcs(plan))


def associate_vpcs(api: Api, plan: ZonePlan, zone_id: str) -> list[str]:
    """Add every VPC that the zone lacks; returns change ids, where their answers came. Raises HostError."""
    doing = f"add a VPC to {plan.label}"
    ids = []
    for vpc in _missing_vpcs(plan):
        try:
            answer = api.call("AssociateVPCWithHostedZone", doing, HostedZoneId=zone_id, VPC=vpc)
        except HostError as error:
            # Its answer may have been lost: the second sending is refused then.
            may_be_ours = error.uncertain or error.attempts > 1
            if not may_be_ours or f"{vpc['VPCRegion']}:{vpc['VPCId']}" not in fetch_vpcs(api, zone_id):
                raise
        else:
            ids.append(bare_id(answer["ChangeInfo"]["Id"]))
    return ids


def tag_zone(api: Api, plan: ZonePlan, zone_id: str) -> None:
    """The tags of the plan, `key=value` each. Raises HostError."""
    tags = [tag.partition("=") for tag in (_setting(plan, "tags") or "").split()]
    if tags:
        api.call(
            "ChangeTagsForResource",
            f"tag {plan.label}",
            ResourceType="hostedzone",
            ResourceId=zone_id,
            AddTags=[{"Key": key, "Value": value} for key, _, value in tags],
        )


def update_comment(api: Api, plan: ZonePlan, zone_id: str) -> None:
    """The comment, where the plan changes it. Raises HostError."""
    if any(setting.name == "comment" for setting in plan.settings):
        comment = _setting(plan, "comment") or ""
        api.call("UpdateHostedZoneComment", f"comment {plan.label}", Id=zone_id, Comment=comment)


def _submit_creation(api: Api, plan: ZonePlan, reference: str) -> NewZone:
    vpcs = _vpcs(plan)
    configuration: dict[str, Any] = {"PrivateZone": bool(vpcs)}
    if comment := _setting(plan, "comment"):
        configuration["Comment"] = comment
    wanted: dict[str, Any] = {
        "Name": encode_name(plan.origin),
        "CallerReference": reference,
        "HostedZoneConfig": configuration,
    }
    if delegation_set := _setting(plan, "delegation_set"):
        wanted["DelegationSetId"] = delegation_set
    if vpcs:
        wanted["VPC"] = vpcs[0]
    answer = api.call("CreateHostedZone", f"create {plan.label}", **wanted)
    change_id = bare_id(answer["ChangeInfo"]["Id"])
    return NewZone(bare_id(answer["HostedZone"]["Id"]), name_servers_of(answer), change_id)


def _find_again(api: Api, plan: ZonePlan, reference: str) -> NewZone | None:
    """The zone that was made with our reference, if it is there."""
    for hosted in list_zones(api):
        if hosted.caller_reference == reference:
            return _found(api, plan, hosted)
    return None


def _found(api: Api, plan: ZonePlan, hosted: HostedZone) -> NewZone:
    answer = api.call("GetHostedZone", f"look at {plan.label}", Id=hosted.id)
    return NewZone(hosted.id, name_servers_of(answer), None, fetch_zone(api, hosted))


def _vpcs(plan: ZonePlan) -> list[dict[str, str]]:
    pairs = [text.partition(":") for text in (_setting(plan, "vpcs") or "").split()]
    return [{"VPCRegion": region, "VPCId": vpc} for region, _, vpc in pairs]


def _missing_vpcs(plan: ZonePlan) -> list[dict[str, str]]:
    """A new zone is made with its first; a live one has those that the plan read."""
    if plan.hosted_id is None:
        return _vpcs(plan)[1:]
    before = next((setting.before for setting in plan.settings if setting.name == "vpcs"), None) or ""
    known = set(before.split())
    return [vpc for vpc in _vpcs(plan) if f"{vpc['VPCRegion']}:{vpc['VPCId']}" not in known]


def _setting(plan: ZonePlan, name: str) -> str | None:
    return next((setting.after for setting in plan.settings if setting.name == name), None)
