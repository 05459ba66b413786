"""What a procedure does outside: keys in KMS, signing at Route 53, DS at Gandi; each after a yes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from psfdns.cli.dnssec.noting import ALIAS, Book, key_tags
from psfdns.cli.dnssec.observing import Site, look_at
from psfdns.cli.views.escape import escape
from psfdns.dnssec.procedures.advance import NotDoneError, Outcome
from psfdns.dnssec.procedures.deeds import ORDERED, State
from psfdns.dnssec.procedures.digests import HELD, keys_behind, known_as, own_ds
from psfdns.dnssec.procedures.record import Action, Deed, Record
from psfdns.errors import HostError, PsfdnsError, RegistrarError

if TYPE_CHECKING:
    from psfdns.dnssec.procedures.seen import Ksk, Seen
    from psfdns.plans.host import ManagedKey
    from psfdns.registrar.gandi import Gandi
    from psfdns.registrar.gandi_wire import Order
    from psfdns.route53.signing import SigningSwitch

SHOWS_WITHIN = 20.0
"""Seconds to wait until Gandi shows an order; the next run looks again."""
ALGORITHM = 13

_DOING = {
    Deed.MAKE_KMS_KEY: "make a key in KMS, about 1 USD a month, and let Route 53 sign {zone} with it: {of}",
    Deed.CREATE_KSK: "create key-signing key {of} of {zone} at Route 53, active",
    Deed.ACTIVATE_KSK: "activate key-signing key {of} of {zone} at Route 53",
    Deed.SIGN: "enable signing of {zone} at Route 53",
    Deed.ADD_DS: "have a DS of {zone} set by Gandi: {of}",
    Deed.REMOVE_DS: "have a DS of {zone} removed by Gandi: {of}",
    Deed.STOP_SIGNING: "disable signing of {zone} at Route 53",
    Deed.DEACTIVATE_KSK: "deactivate key-signing key {of} of {zone} at Route 53",
    Deed.DELETE_KSK: "delete key-signing key {of} of {zone} at Route 53; its key in KMS stays",
}


def describe(action: Action, record: Record) -> str:
    """What is about to be done, as a person is asked about it."""
    return _DOING[action.deed].format(zone=record.zone, of=action.of)


@dataclass(frozen=True, slots=True)
class Hands:
    """The zone's outside, for `advance`; `yes`: nobody is asked. Each deed is told in the book."""

    site: Site
    yes: bool
    book: Book

    def look(self, record: Record) -> Seen:
        """Ask everybody; what was cut short before has its end in the journal then."""
        changes = [sent.change for sent in record.sent.values() if sent.change]
        seen = look_at(self.site, changes=changes, by_gandi=record.by_gandi)
        self.book.close(seen)
        return seen

    def agree(self, action: Action, record: Record) -> bool:
        """A person's yes. Raises PsfdnsError where there is nobody to be asked."""
        from psfdns.cli.wiring import is_interactive, talk

        line = escape(describe(action, record))
        if self.yes:
            talk(self.site.workspace.options, line)
            return True
        if not is_interactive():
            why = f"not done: there is no terminal to ask on: {describe(action, record)}"
            raise PsfdnsError(why, hint="--yes does it unasked")
        return click.confirm(f"{line}. Do it now?", err=True)

    def act(self, action: Action, record: Record) -> Outcome:
        """Write it down and do it. Raises NotDoneError where it surely was not done.

        Orders at Gandi are written down by the registrar's ledger.
        """
        if action.deed in ORDERED:
            return self._do(action, record)
        entry = self.book.begin(action, record)
        try:
            outcome = self._do(action, record)
        except PsfdnsError as error:
            state = State.FAILED if isinstance(error, NotDoneError) else State.UNCERTAIN
            self.book.end(entry, state, error.summary)
            raise
        self.book.end_well(entry, outcome)
        return outcome

    def _do(self, action: Action, record: Record) -> Outcome:
        try:
            return _DEEDS[action.deed](self.site, action, record)
        except HostError as error:
            if error.uncertain:
                raise
            raise NotDoneError(error.summary, hint=error.hint) from error
        except RegistrarError as error:
            if error.uncertain:
                raise
            raise NotDoneError(error.summary, hint=error.hint) from error


def _make_kms_key(site: Site, action: Action, record: Record) -> Outcome:
    """One of before by its alias, or, if that is what was cut short, by its tags; else a new one."""
    kms, alias = site.access.kms, ALIAS + action.of
    tags = key_tags(record.zone, action.of)
    found = kms.describe_key(alias)
    if found is None and action in record.sent:
        found = next((key for key in kms.find_keys(tags) if key.is_enabled), None)
        if found is not None:
            kms.create_alias(alias, found.id)
    if found is not None:
        refuse_unfit_key(site, found)
        return Outcome(arn=found.arn, was_there=True)
    from psfdns.key_policies import write_policy

    made = kms.create_key(
        description=f"psfdns: key-signing key {action.of} of {record.zone}",
        policy=write_policy(account=site.access.host.look_up_account() or "", zone_ids=[record.zone_id]),
        tags=tags,
    )
    try:
        kms.create_alias(alias, made.id)
    except HostError as error:
        # The key is there: it must not count as refused, else the next run would make another one.
        raise PsfdnsError(f"key {made.arn} is made, and has no alias: {error.summary}") from error
    return Outcome(arn=made.arn)


def refuse_unfit_key(site: Site, key: ManagedKey) -> None:
    """Raises NotDoneError for a key of KMS that Route 53 cannot sign this zone with."""
    from psfdns.key_policies import REGION, SPEC, USAGE, judge_policy

    wrong = [
        words
        for is_wrong, words in (
            (not key.is_enabled, f"it is {key.state}"),
            (key.spec != SPEC, f"it is {key.spec}, not {SPEC}"),
            (key.usage != USAGE, f"it is for {key.usage}, not {USAGE}"),
            (key.region != REGION, f"it is in {key.region}, not {REGION}"),
            (key.multi_region, "it is of several regions"),
        )
        if is_wrong
    ]
    account = site.access.host.look_up_account()
    given = judge_policy(site.access.kms.fetch_policy(key.arn), account=account, zone_id=site.hosted.id)
    if given.lacking:
        wrong.append(f"its policy does not let Route 53 use {', '.join(given.lacking)} for this zone")
    if wrong:
        hint = "make it anew, or without --kms-key let psfdns make one"
        raise NotDoneError(f"the key {key.arn} is not fit for signing: {'; '.join(wrong)}", hint=hint)


def _switch(site: Site) -> SigningSwitch:
    from psfdns.route53.signing import SigningSwitch

    return SigningSwitch(site.access.api, site.hosted, site.access.budget.pause)


def _create_ksk(site: Site, action: Action, record: Record) -> Outcome:
    arn = record.key.arn if record.key else ""
    return Outcome(_switch(site).create_key(action.of, kms_arn=arn, active=True).change_id)


def _add_ds(site: Site, action: Action, record: Record) -> Outcome:
    """Gandi takes the key, and makes the DS itself."""
    from psfdns.registrar.gandi import add_key_order

    key = _key_of(action.of, record)
    order = add_key_order(site.zone, algorithm=ALGORITHM, public_key=key.public_key)
    own, before = _own_ds(site, record), frozenset(_gandi(site).fetch_ds(site.zone))
    if action.of not in known_as(before, own):
        change = (before, before | {action.of})
        _order(site, order, "set a DS", change, lambda held: action.of in known_as(held, own))
    return Outcome()


def _key_of(ds: str, record: Record) -> Ksk:
    for ref in (record.key, record.old):
        if ref is not None and ref.ksk is not None and ref.ksk.ds == ds and ref.ksk.public_key:
            return ref.ksk
    raise NotDoneError(f"Route 53 does not tell the key of DS {ds}")


def _remove_ds(site: Site, action: Action, record: Record) -> Outcome:
    """The key may be held more than once, with several digests."""
    from psfdns.registrar.gandi import remove_key_order

    own, held = _own_ds(site, record), _gandi(site).fetch_keys(site.zone)
    for key in held:
        if own.get(key.ds, key.ds) == action.of:
            _remove_key(site, remove_key_order(site.zone, key.id), key.ds)
    return Outcome()


def _remove_key(site: Site, order: Order, ds: str) -> None:
    before = frozenset(_gandi(site).fetch_ds(site.zone))
    _order(site, order, "remove a DS", (before, before - {ds}), lambda held: ds not in held)


def _own_ds(site: Site, record: Record) -> dict[str, str]:
    refs = (ref.ksk for ref in (record.key, record.old) if ref is not None)
    return own_ds(site.zone, keys_behind(ksk for ksk in refs if ksk is not None), HELD)


def _gandi(site: Site) -> Gandi:
    from psfdns.cli.domains.ordering import need_gandi

    return need_gandi(site.workspace)


def _order(
    site: Site,
    order: Order,
    what: str,
    change: tuple[frozenset[str], frozenset[str]],
    is_done: Callable[[frozenset[str]], bool],
) -> None:
    """As every order at Gandi: rehearsed, in the ledger, sent once."""
    from psfdns.cli.domains.ordering import Offer, carry_out
    from psfdns.registrar.ledger import State

    gandi, doing = _gandi(site), f"{what} of {site.zone}"

    def shows() -> bool:
        return is_done(frozenset(gandi.fetch_ds(site.zone)))

    before, after = ({"ds": sorted(each)} for each in change)
    offer = Offer(site.zone, order, doing, before, after, (), shows)
    placed = carry_out(site.workspace, gandi, offer, yes=True, wait=SHOWS_WITHIN)
    if placed.state is State.UNCERTAIN:
        raise PsfdnsError(f"nobody knows yet whether Gandi has taken it: {doing}")


_DEEDS: Mapping[Deed, Callable[[Site, Action, Record], Outcome]] = {
    Deed.MAKE_KMS_KEY: _make_kms_key,
    Deed.CREATE_KSK: _create_ksk,
    Deed.ACTIVATE_KSK: lambda site, action, _: Outcome(_switch(site).activate_key(action.of)),
    Deed.SIGN: lambda site, _, __: Outcome(_switch(site).enable_signing()),
    Deed.ADD_DS: _add_ds,
    Deed.REMOVE_DS: _remove_ds,
    Deed.STOP_SIGNING: lambda site, _, __: Outcome(_switch(site).disable_signing()),
    Deed.DEACTIVATE_KSK: lambda site, action, _: Outcome(_switch(site).deactivate_key(action.of)),
    Deed.DELETE_KSK: lambda site, action, _: Outcome(_switch(site).delete_key(action.of)),
}
