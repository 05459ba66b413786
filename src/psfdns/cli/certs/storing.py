"""Where certificates are kept: in a folder of this machine, or in S3 for several hosts (`[acme] store`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.certs.documents import Documents, Folder
from psfdns.certs.store import Store
from psfdns.cli.wiring import elapsed, host_name, now, open_certificate_objects, talk, who_acts
from psfdns.locks.holder import Holder

if TYPE_CHECKING:
    from psfdns.certs.certificate_store import CertificateStore
    from psfdns.cli.wiring import Workspace
    from psfdns.objects import ObjectStore
    from psfdns.route53.challenge_memory import Memory

LOCK = "certificates"


@dataclass(frozen=True, slots=True)
class Stores:
    """The store, and what belongs to it: accounts, what orders leave, and which proofs may be live."""

    store: CertificateStore
    accounts: Documents
    desk: Documents
    challenges: Callable[[], Memory]


def open_stores(workspace: Workspace, *, doing: str = "certs") -> Stores:
    """Nothing is read or asked yet; `doing` is what another one is told who is refused meanwhile."""
    me = Holder(who_acts(), host_name(), os.getpid(), now(), doing)
    local = Store(workspace.config.acme.store, me=str(me))
    objects = open_certificate_objects(workspace)
    return _on_disk(workspace, local) if objects is None else _shared(workspace, local, objects, me)


def open_store(workspace: Workspace, *, doing: str = "certs") -> CertificateStore:
    """The store alone."""
    return open_stores(workspace, doing=doing).store


def _on_disk(workspace: Workspace, local: Store) -> Stores:
    state = workspace.config.state_dir / "acme"

    def remember() -> Memory:
        from psfdns.route53.challenge_memory import ChallengeMemory

        return ChallengeMemory(state)

    return Stores(local, Folder(local.folder), Folder(state), remember)


def _shared(workspace: Workspace, local: Store, objects: ObjectStore, me: Holder) -> Stores:
    from psfdns.certs.fenced import FencedObjects
    from psfdns.certs.remote_store import RemoteStore

    targets = workspace.config.acme.targets
    fenced = FencedObjects(objects, _holding(workspace, objects, me))
    store = RemoteStore(
        fenced,
        local,
        cache=workspace.config.state_dir / "cache" / "certificates.json",
        is_local=lambda name: name in targets and targets[name].type.is_local,
    )

    def remember() -> Memory:
        from psfdns.route53.challenge_memory import SharedChallengeMemory

        return SharedChallengeMemory(fenced)

    return Stores(store, fenced, fenced, remember)


def _holding(
    workspace: Workspace, objects: ObjectStore, me: Holder
) -> Callable[[], AbstractContextManager[Callable[[], None]]]:
    from psfdns.cli.views.escape import escape
    from psfdns.locks.lease import Wording, hold_lease

    wording = Wording("the store of certificates", "psfdns certs plan", "run it again")

    def say(text: str) -> None:
        talk(workspace.options, escape(text))

    return lambda: hold_lease(objects, LOCK, me, clock=elapsed, say=say, wording=wording)
