"""Which addresses of others riskbot may be asked to call: nobody may have it knock at doors inside the house."""

import ipaddress
import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

LONGEST_URL = 2_000
HTTPS, HTTP = 443, 80
LOOPBACK_NAMES = {"localhost", "127.0.0.1", "::1"}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
#: These count as global by themselves: IPv4 addresses written as IPv6 ones, which a gateway opens, and protocols' own.
_NOT_OUTSIDE = tuple(
    ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96", "192.0.0.0/24")
)


class AddressRefused(ValueError):
    """riskbot does not call this address; the words name the reason and never more of it than its host."""


class Target(NamedTuple):
    """An address whose form is allowed; what its host resolves to is checked at each call."""

    url: str
    host: str
    port: int
    is_secure: bool
    #: On this machine, which only an explicit setting allows.
    is_loopback: bool


class Allowed(NamedTuple):
    """Where to callbacks may go: hosts as `name`, `*.name` (everything below it) or `name:port`."""

    hosts: tuple[str, ...]
    loopback: bool = False


def target_of(url: str, allowed: Allowed) -> Target:
    """Check the form of an address and its host against the list. Raises AddressRefused."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise AddressRefused(f"it is longer than {LONGEST_URL} characters, or holds some that no address has")
    parts, host, port = _parts(url)
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("it carries a user name or a password")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK_NAMES):
        raise AddressRefused("it does not begin with https://")
    is_secure = parts.scheme == "https"
    target = Target(url, host, port or (HTTPS if is_secure else HTTP), is_secure, host in LOOPBACK_NAMES)
    _check_listed(target, allowed)
    return target


def _check_listed(target: Target, allowed: Allowed) -> None:
    if target.is_loopback and not allowed.loopback:
        raise AddressRefused(f"{target.host} is riskbot's own machine, which is not allowed here")
    if not target.is_loopback and not is_listed(target.host, target.port, allowed.hosts):
        shown = target.host if target.port == HTTPS else f"{target.host}:{target.port}"
        raise AddressRefused(f"the host {shown} is not in the list of allowed hosts")


def _parts(url: str) -> tuple[SplitResult, str, int | None]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused("it is no address") from None
    if not (_HOST.fullmatch(host) or ":" in host) or port == 0 or "#" in url:
        raise AddressRefused("it has no host, or a port or fragment that cannot be called")
    return parts, host, port


def is_listed(host: str, port: int, listed: Iterable[str]) -> bool:
    """Whether an entry of the list means this host at this port; an entry without a port means 443."""
    return any(_means(entry.lower(), host, port) for entry in listed)


def _means(entry: str, host: str, port: int) -> bool:
    name, colon, written = entry.partition(":")
    if port != (int(written) if colon else HTTPS):
        return False
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def is_public(address: Address) -> bool:
    """Whether it lies outside of every house: not private, shared, reserved, multicast, none of these in disguise."""
    inner = getattr(address, "ipv4_mapped", None)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not any(address in net for net in _NOT_OUTSIDE)
