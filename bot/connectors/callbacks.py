"""One POST to a program's address: to the very machine whose address was checked, and nowhere else.

A name may resolve to another address from one look to the next. So it is looked up here, every address that it has is
checked, and the connection goes to one of those; the certificate is still checked against the name.
"""

import asyncio
import functools
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import httpx

from bot.errors import RiskbotError, SettingsError
from bot.settings_callbacks import CallbackSettings
from riskengine.addresses import Address, AddressRefused, Target, is_public, target_of

SUCCESS = range(200, 300)
GONE = 410
#: A receiver that asks for more than this has given a date, or nonsense; our own pause is kept then.
LONGEST_RETRY_AFTER_DIGITS = 6

#: Gives every address of a host, IPv4 and IPv6. Raises OSError.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class CallbackFailed(RiskbotError):
    """A receiver did not take a callback. The words name its host, never the rest of its address."""

    code = "callback_failed"

    def __init__(self, message: str, *, retry_after: timedelta | None = None, is_final: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        #: The receiver says that it will never take it.
        self.is_final = is_final


class Answered(NamedTuple):
    status: int
    retry_after: timedelta | None


async def resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@functools.cache
def _authorities() -> ssl.SSLContext:
    """The usual ones; read once a process, since reading them takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


class CallbackPoster:
    """Sends signed bodies; one per process."""

    def __init__(self, settings: CallbackSettings, *, look_up: Resolve = resolve) -> None:
        """Raises SettingsError when the file of certificate authorities cannot be used."""
        self._settings = settings
        self._look_up = look_up
        self._tls = trusting(settings.ca_bundle) if settings.ca_bundle else None
        self._opened: httpx.AsyncClient | None = None

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.aclose()

    @property
    def _client(self) -> httpx.AsyncClient:
        """Made for the first callback: it reads all certificate authorities, and most installations never send one."""
        if self._opened is None:
            self._opened = httpx.AsyncClient(
                verify=self._tls or True,
                trust_env=False,
                follow_redirects=False,
                timeout=self._settings.timeout.total_seconds(),
                # Connections are told apart by address alone; one that was made for a name must not serve another.
                limits=httpx.Limits(max_keepalive_connections=0),
            )
        return self._opened

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Deliver it. Raises CallbackFailed for whatever is no answer of success within the time allowed."""
        target = self._checked(url)
        try:
            async with asyncio.timeout(self._settings.timeout.total_seconds()):
                answered = await self._post(target, body, headers)
        except TimeoutError:
            limit = self._settings.timeout.total_seconds()
            raise CallbackFailed(f"{target.host} gave no answer within {limit:g} s") from None
        if answered.status not in SUCCESS:
            said = f"{target.host} answered {answered.status}"
            raise CallbackFailed(said, retry_after=answered.retry_after, is_final=answered.status == GONE)

    def _checked(self, url: str) -> Target:
        try:
            return target_of(url, self._settings.allowed)
        except AddressRefused as refused:
            raise CallbackFailed(f"The address may not be called any more: {refused}") from None

    async def _post(self, target: Target, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Try the host's addresses in their order until one takes the connection."""
        addresses = await self._addresses(target)
        for address in addresses[:-1]:
            try:
                return await self._post_to(address, target, body, headers)
            except httpx.ConnectError:
                continue
        try:
            return await self._post_to(addresses[-1], target, body, headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CallbackFailed(f"{target.host} could not be called ({type(error).__name__})") from None

    async def _addresses(self, target: Target) -> list[Address]:
        """Every address of the host. One that is not allowed refuses them all: its giver cannot be trusted."""
        try:
            found = [ipaddress.ip_address(each) for each in await self._look_up(target.host, target.port)]
        except (OSError, ValueError) as error:
            raise CallbackFailed(f"{target.host} has no address that can be found ({type(error).__name__})") from None
        if not found:
            raise CallbackFailed(f"{target.host} has no address")
        if not all(each.is_loopback if target.is_loopback else is_public(each) for each in found):
            raise CallbackFailed(f"{target.host} leads to an address inside a network, which is never called")
        return found

    async def _post_to(self, address: Address, target: Target, body: bytes, headers: Mapping[str, str]) -> Answered:
        url = httpx.URL(target.url)
        request = self._client.build_request(
            "POST",
            url.copy_with(host=str(address)),
            content=body,
            headers={**headers, "Host": url.netloc.decode("ascii"), "Content-Type": "application/json"},
            extensions={"sni_hostname": target.host},
        )
        answer = await self._client.send(request, stream=True)
        try:
            await self._read(answer)
        finally:
            await answer.aclose()
        return Answered(answer.status_code, _retry_after(answer.headers.get("retry-after", "")))

    async def _read(self, answer: httpx.Response) -> None:
        """Let the receiver finish its answer, as long as it is short; nothing in it is of interest."""
        room = self._settings.answer_limit_bytes
        async for piece in answer.aiter_raw():
            room -= len(piece)
            if room <= 0:
                return


def trusting(authorities: Path) -> ssl.SSLContext:
    """Those that everybody trusts, and these."""
    context = httpx.create_ssl_context()
    try:
        context.load_verify_locations(authorities)
    except OSError as error:
        raise SettingsError(
            f"callbacks.ca_bundle: {authorities} cannot be used: {error.strerror or error}.",
            hint="Name a file of certificates in PEM, which begin with -----BEGIN CERTIFICATE-----.",
        ) from error
    return context


def _retry_after(value: str) -> timedelta | None:
    is_seconds = value.isascii() and value.isdigit() and len(value) <= LONGEST_RETRY_AFTER_DIGITS
    return timedelta(seconds=int(value)) if is_seconds else None
