"""Where messages go: the channels of `[notify]`, with what files and the environment add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psfdns.cli.wiring import environment

if TYPE_CHECKING:
    from psfdns.cli.wiring import Workspace
    from psfdns.notify.channel import Channel
    from psfdns.notify.checkin import Step


@dataclass(frozen=True, slots=True)
class Channels:
    """Where messages go; None and empty where psfdns.toml names nothing."""

    mail: Channel | None
    staff: tuple[Channel, ...] = ()


def open_channels(workspace: Workspace) -> Channels:
    """The channels of `[notify]`, with what files and the environment add. Raises NotifyError."""
    from psfdns.notify.channel import make_channels

    wanted = workspace.config.notify
    mail = (wanted.mail,) if wanted.mail else ()
    return Channels(
        next(iter(make_channels("mail", mail, wanted.mail_file, environment())), None),
        make_channels("staff", wanted.staff, wanted.staff_file, environment()),
    )


def open_pages(workspace: Workspace) -> tuple[Channel, ...]:
    """The channels that wake somebody. Raises NotifyError."""
    from psfdns.notify.channel import make_channels

    wanted = workspace.config.notify
    return make_channels("page", wanted.page, wanted.page_file, environment())


def open_checkin(wanted: str, *, setting: str) -> Callable[[Step], str | None]:
    """Tells the service at a URL, which `setting` of psfdns.toml gives, how far a run is.

    What is called answers why it could not, and never the URL. Raises NotifyError.
    """
    from psfdns.errors import NotifyError
    from psfdns.notify.channel import fill_in
    from psfdns.notify.checkin import checkin_url
    from psfdns.registrar.https import Bounds, Reply, Request, exchange
    from psfdns.urls import read_url

    url = fill_in(wanted, environment(), name=setting)
    if read_url(url) is None:
        raise NotifyError(setting, "read its URL", "it is not https, nor of this machine")

    def check_in(step: Step) -> str | None:
        answered = exchange(Request("GET", checkin_url(url, step)), Bounds(seconds=10.0, octets=1 << 16))
        if not isinstance(answered, Reply):
            return answered.why
        return None if 200 <= answered.status < 300 else f"answers {answered.status}"

    return check_in
