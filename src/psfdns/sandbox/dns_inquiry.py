"""Asking the sandbox's DNS without a socket, in the words of `psfdns.lookup`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from psfdns.lookup.answer import Failure, read_answer
from psfdns.lookup.ask import Asked, Pair, make_query
from psfdns.lookup.server import Server
from psfdns.sandbox.cloud import Cloud
from psfdns.sandbox.dns_messages import DnsService


class DnsInquiry:
    """The zones' name servers within this process: the address of each is the name of one of them."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._service = DnsService(cloud)

    def find_addresses(self, names: Sequence[str]) -> dict[str, tuple[Server, ...] | Failure]:
        """The four servers of one zone are one here, and have one address; one of two zones has its own."""
        sets = {hosted.name_servers for hosted in self._cloud.store.zones().values()}
        seen = Counter(name for name_servers in sets for name in name_servers)
        first = {name: name_servers[0] for name_servers in sets for name in name_servers if seen[name] == 1}
        return {name: (Server(first.get(name, name)),) for name in names}

    def ask_many(self, pairs: Sequence[Pair]) -> list[Asked]:
        """The answers, from the zones as they are now. Raises PsfdnsError where the state is damaged."""
        self._service.look()
        return [
            read_answer(
                self._service.query(make_query(question), name_server=server.address), server, question
            )
            for server, question in pairs
        ]
