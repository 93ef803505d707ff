"""Which addresses may be asked: those of the public internet, and what the user named."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from collectors.errors import BadRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_TRANSLATED = tuple(
    map(ipaddress.ip_network, ("::ffff:0:0/96", "64:ff9b::/96", "::/96", "::ffff:0:0:0/96"))
)
"""IPv6 that leads to the IPv4 address in its last 32 bits (RFC 4291, 6052, 2765)."""

_NEVER_PUBLIC = tuple(map(ipaddress.ip_network, ("64:ff9b:1::/48", "fec0::/10", "5f00::/16")))
"""Local by their RFC (8215, 3879, 9602), but not known so to every Python."""


class PrivateAddress(BadRequest):
    """The address lies in a private network, or on this machine, and nobody named it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedHosts:
    """The hosts that the user named, which may lie in a private network."""

    names: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, *given: str | None) -> Self:
        """Take hosts as they are written: `intranet.example`, `10.0.0.5`, `[::1]`, or whole URLs."""
        return cls(names=frozenset(name for text in given if text and (name := _host(text))))

    def allow(self, host: str, addresses: Iterable[Address]) -> bool:
        """
        Tell whether a host may be asked, which has these addresses.

        All must be public, unless the host is named, or is the same as a named one:
        who names `127.0.0.1` names every address of this machine.
        """
        if _host(host) in self.names:
            return True
        named = {found for name in self.names if (found := literal(name))}
        names_this_machine = "localhost" in self.names or any(a.is_loopback for a in named)
        return all(
            is_public(a) or a in named or (names_this_machine and _inner(a).is_loopback)
            for a in addresses
        )


def is_public(address: Address) -> bool:
    """
    Tell whether an address belongs to a host of the public internet.

    Not so: loopback, private, link-local (cloud metadata at 169.254.169.254),
    carrier-grade NAT, multicast, reserved, unspecified, and IPv6 that stands
    for such an IPv4 address (mapped, NAT64, 6to4, Teredo).
    """
    inner = _inner(address)
    if inner is not address:
        return is_public(inner)
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id or any(address in network for network in _NEVER_PUBLIC):
            return False
        embedded = (address.sixtofour, *(address.teredo or ()))
        if not all(is_public(a) for a in embedded if a):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def literal(host: str) -> Address | None:
    """Read a host that is an address; None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


class CheckedTransport(httpx.AsyncBaseTransport):
    """
    Send each request to an address that was checked.

    The name is resolved once, every address is checked, and the connection
    goes to one of them: a second answer of the name server has no effect.
    Behind a proxy it is the proxy that resolves; then names and literal
    addresses are checked as far as they are known here.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, named: NamedHosts) -> None:
        """
        Args:
            transport: Makes the connections.
            named: The hosts that need not be public.
        """
        self._transport = transport
        self._named = named
        self._through: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        Send one request.

        Raises:
            PrivateAddress: The host has an address that is not public, and is not named.
        """
        host = request.url.host
        proxy = _proxy_for(request.url)
        try:
            addresses = await _resolve(host, request.url.port or _PORTS.get(request.url.scheme, 80))
        except OSError as error:
            if proxy is None:
                msg = f"no address is known for {host}"
                raise httpx.ConnectError(msg, request=request) from error
            addresses = []
        if not self._named.allow(host, addresses):
            msg = f"{host} lies in a private network: name it under 'allow_hosts' if that is meant"
            raise PrivateAddress(msg)
        if proxy is not None:
            via = self._through.setdefault(proxy, httpx.AsyncHTTPTransport(proxy=proxy))
            return await via.handle_async_request(request)
        for address in addresses[:-1]:
            try:
                return await self._transport.handle_async_request(_sent_to(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # The next address may answer: many hosts have IPv6 that leads nowhere.
        return await self._transport.handle_async_request(_sent_to(request, addresses[-1]))

    async def aclose(self) -> None:
        """Close the connections."""
        for transport in (self._transport, *self._through.values()):
            await transport.aclose()


_PORTS = {"http": 80, "https": 443}


async def _resolve(host: str, port: int) -> list[Address]:
    known = literal(host)
    if known:
        return [known]
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A zone, as in fe80::1%eth0, stays part of the address.
    return list(dict.fromkeys(ipaddress.ip_address(place[0]) for *_, place in found))


def _sent_to(request: httpx.Request, address: Address) -> httpx.Request:
    """Address a request to where its host was found; its header and TLS keep the host's name."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={"sni_hostname": request.url.raw_host.decode("ascii")} | request.extensions,
    )


def _proxy_for(url: httpx.URL) -> str | None:
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(url.netloc.decode("ascii")) or proxy_bypass(url.host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _inner(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address) and any(address in n for n in _TRANSLATED):
        if address == ipaddress.IPv6Address("::1"):
            return address
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _host(text: str) -> str:
    """Write a host in one way: lower case, without brackets, port or final dot."""
    bare = text.strip().casefold()
    try:
        parts = urlsplit(bare if "://" in bare else f"//{bare}")
        host = parts.hostname or ""
    except ValueError:
        host = bare
    if "://" not in bare and literal(bare):
        host = bare.strip("[]")
    address = literal(host)
    return str(address) if address else host.rstrip(".")
