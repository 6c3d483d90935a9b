"""A client of token vending: vends a connection's credential, caches it until it ends, and recovers from a 401.

One module, Python 3.10 or later, standard library; ``sigv4_signer`` needs botocore, and ``lambda_transport`` a client
of botocore or boto3. It promises what docs/client.md says of the TypeScript client, and plays the same cases
(docs/other-languages.md). Make one client for each connection, outside the handler; threads may share it::

    import botocore.session
    from token_vending import TokenClient, lambda_transport

    functions = botocore.session.get_session().create_client("lambda")
    transport = lambda_transport(functions, "token-vending-conferma-production")
    conferma = TokenClient("conferma/production/default", transport)

    def handler(event, context):
        return conferma.fetch("https://api.conferma.example/v1/ping", context=context).status
"""

from __future__ import annotations

import copy
import errno
import http.client
import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar
from urllib.parse import SplitResult, quote, urlsplit

__all__ = [
    "ConsentLink",
    "LambdaContext",
    "Response",
    "TokenClient",
    "TokenVendingError",
    "TransportError",
    "TransportRequest",
    "VendedCredential",
    "https_transport",
    "lambda_transport",
    "sigv4_signer",
]

_Result = TypeVar("_Result")

_KEY_CACHE_SECONDS = 60.0
"""How long a static key is cached. An operator who retires a key waits this long after promoting the new one."""

_MAX_TOKEN_LIFETIME_SECONDS = 86_400.0
"""A credential that lives longer than this is a key: somebody may rotate it before it expires."""

_DEADLINE_RESERVE_SECONDS = 0.5
"""Left to the caller for handling the error, when no token could be had."""

_FIRST_DELAY_SECONDS = 0.25
"""Before the first retry where token vending names no time; doubled before each further one."""

_JITTERED_SECOND = 1 + random.random() / 10
"""How long a second of waiting lasts in this process: a little longer, so that processes do not retry in step."""


class LambdaContext(Protocol):
    """Lambda's context, or anything else that knows how long there is left."""

    def get_remaining_time_in_millis(self) -> int: ...


class _UnprintedHeaders(Mapping[str, str]):
    """Headers for requests, httpx or urllib, which read them by name. ``dict(headers)`` is a plain dict and does print."""

    __slots__ = ("_headers",)

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def __getitem__(self, name: str) -> str:
        return self._headers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)

    def copy(self) -> dict[str, str]:
        """A plain dict, as urllib3 asks of headers. It prints."""
        return dict(self._headers)

    def __repr__(self) -> str:
        return "[sensitive]"


class VendedCredential:
    """A credential that is usable now. ``repr``, ``str`` and loggers see neither token nor headers: read them by name."""

    __slots__ = (
        "connection",
        "version",
        "fingerprint",
        "issued_at",
        "usable_until",
        "expires_at",
        "granted_scope",
        "attributes",
        "_token",
        "_headers",
    )

    connection: str
    """``provider/environment/account``."""
    version: int
    """Counts this connection's tokens. Pass it to :meth:`TokenClient.reject`."""
    fingerprint: str
    """First twelve hexadecimal digits of the token's SHA-256. Safe to log."""
    issued_at: datetime
    usable_until: datetime | None
    """No renewal by token vending revokes the token before this instant. None for a key that does not expire."""
    expires_at: datetime | None
    """When the token expires, as stated by the provider; None where it states nothing."""
    granted_scope: str | None
    """The provider's ``scope``, where a person granted less or more than was asked for; else None."""
    attributes: Mapping[str, str]
    """What the provider returned with the consent and callers need, such as a tenant; empty for most."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        """Raises ``KeyError``, ``TypeError`` or ``ValueError`` where the answer is not a credential."""
        self.connection = _text(answer["connection"])
        self.version = answer["version"]
        self.fingerprint = _text(answer["fingerprint"])
        self.issued_at = _instant(answer["issuedAt"])
        self.usable_until = _optional_instant(answer["usableUntil"])
        self.expires_at = _optional_instant(answer["expiresAt"])
        self.granted_scope = answer.get("grantedScope")
        self.attributes = dict(answer.get("attributes") or {})
        self._token = _text(answer["token"])
        header = {answer["header"]["name"]: answer["header"]["value"].strip()}
        self._headers = _UnprintedHeaders({**answer.get("extraHeaders", {}), **header})
        if not (type(self.version) is int and self.version > 0 and self._token):
            raise ValueError("no version or no token")
        for name, value in self._headers.items():
            _require_header(name, value)

    @property
    def token(self) -> str:
        """The bare token, for uses other than a header. A plain string: it prints."""
        return self._token

    @property
    def headers(self) -> Mapping[str, str]:
        """Every header that a request needs, by name."""
        return self._headers

    def __repr__(self) -> str:
        until = self.usable_until and self.usable_until.isoformat()
        return (
            f"<VendedCredential {self.connection} version={self.version}"
            f" fingerprint={self.fingerprint} usable_until={until}>"
        )


class ConsentLink:
    """A link for one person. ``repr`` hides ``url``: who has it can give the consent."""

    __slots__ = ("id", "expires_at", "_url")

    def __init__(self, link: Mapping[str, Any]) -> None:
        self.id = str(link.get("id"))
        self.expires_at = str(link.get("expiresAt"))
        self._url = str(link.get("url"))

    @property
    def url(self) -> str:
        """A plain string: it prints."""
        return self._url

    def __repr__(self) -> str:
        return f"<ConsentLink {self.id} expires_at={self.expires_at}>"


class TokenVendingError(Exception):
    """Why there is no credential. Never contains a token: its text comes from token vending's own problems and from the
    names (never the messages) of other errors.
    """

    def __init__(
        self,
        connection: str,
        code: str,
        detail: str,
        retryable: bool = False,
        retry_after_seconds: float | None = None,
        problem: Mapping[str, Any] | None = None,
        consent: ConsentLink | None = None,
    ) -> None:
        super().__init__(f"{connection}: {code}: {detail}")
        self._arguments = (connection, code, detail, retryable, retry_after_seconds, problem, consent)
        self.connection = connection
        #: The code of a problem (each has a section in docs/operations.md), or ``unreachable``, ``timeout`` or
        #: ``malformed-answer``. Codes of a newer release are passed on.
        self.code = code
        #: Whether the same call may succeed later, after ``retry_after_seconds`` where that is known.
        self.retryable = retryable
        self.retry_after_seconds = retry_after_seconds
        #: The problem that token vending answered (RFC 9457), without ``consent``; None where it did not answer one.
        self.problem = problem
        #: With ``consent-required``, for callers who may have it: the link for the person.
        self.consent = consent

    def __reduce__(self) -> tuple[Any, ...]:
        return TokenVendingError, self._arguments


class TransportError(Exception):
    """For transports: token vending did not answer. Only the name is kept; a status below 500 other than 429 is not
    retried.
    """

    def __init__(self, name: str, status: int = 500) -> None:
        super().__init__(name)
        self.name = name
        self.status = status


@dataclass(frozen=True)
class TransportRequest:
    """One request to token vending."""

    connection: str
    min_validity_seconds: int = 0
    """Whole seconds for which the token must remain usable."""
    rejected_version: int = 0
    """The version that the provider answered with 401: reject it, then vend. 0 for none."""


Transport = Callable[[TransportRequest, float], Any]
"""Sends one request, once, with this timeout in seconds, and returns the JSON that an invocation returns: a credential
or ``{"problem": …}``. Whatever it raises becomes a :class:`TokenVendingError` without the message."""

Signer = Callable[[str, str, Mapping[str, str], bytes], Mapping[str, str]]
"""From method, address, headers and body to the headers to send."""


@dataclass(frozen=True)
class Response:
    """The provider's answer."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; the last value of a repeated header."""
    body: bytes = field(repr=False)


@dataclass
class _Flight:
    """A request that several callers wait for."""

    ends_at: float
    waiting: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    outcome: VendedCredential | TokenVendingError | None = None


@dataclass
class _Shared:
    """What the threads of this process share. ``lock`` guards the rest."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    flights: dict[TransportRequest, _Flight] = field(default_factory=dict)
    cached: VendedCredential | None = None
    cached_until: float = 0


class TokenClient:
    """The credentials of one connection. Sends nothing until it is called; threads may share it.

    ``timeout_seconds`` limits one request (30: longer than the vending function's own 25). ``retries`` counts those
    after a retryable problem, within the deadline of a call's ``context``. ``on_problem`` is called for each failed
    request, also for those that are retried, and must not raise: the place for a log line. ``now`` returns seconds
    since 1970.
    """

    def __init__(
        self,
        connection: str,
        transport: Transport,
        *,
        timeout_seconds: float = 30,
        retries: int = 2,
        on_problem: Callable[[TokenVendingError], None] = lambda _: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._connection = connection
        self._transport = transport
        self._timeout_seconds = timeout_seconds
        self._retries = retries
        self._on_problem = on_problem
        self._now = now
        self._shared = _Shared()

    def vend(
        self, *, min_validity_seconds: int = 0, context: LambdaContext | None = None
    ) -> VendedCredential:
        """Returns a credential that is usable now and for ``min_validity_seconds`` more, from this process's cache or
        else from token vending. Threads that demand the same share one request.

        With ``context`` the call ends half a second before Lambda would end the function, and until then retryable
        problems are retried. Without it a failed call is not retried; one that only has to wait, for another process's
        renewal or for a handover, waits for ``timeout_seconds`` in all.

        Raises :class:`TokenVendingError` when there is none.
        """
        return self._ask(TransportRequest(self._connection, min_validity_seconds), context)

    def reject(self, version: int, *, context: LambdaContext | None = None) -> VendedCredential:
        """Reports that the provider answered 401 (never 403) to this version, and vends the current one: of the same
        version if token vending considers it still valid. If a newer version is cached, returns that without a request.

        Raises :class:`TokenVendingError` when there is none.
        """
        return self._ask(TransportRequest(self._connection, rejected_version=version), context)

    def use(
        self,
        call: Callable[[VendedCredential], _Result],
        *,
        min_validity_seconds: int = 0,
        context: LambdaContext | None = None,
    ) -> _Result:
        """Calls the provider by any library: ``call(credential)`` sends the request and returns the response, or raises.

        If that is a 401 (``status_code``, ``status`` or ``code`` of the response or of the exception, or of the
        exception's ``response``), the version is reported and, if there is another one, ``call`` is called once more.
        Otherwise the 401 is returned or raised, also when the report fails. A 403 is never reported. Do not let the
        library follow redirects: it would take the headers along.

        Raises :class:`TokenVendingError` when there is no credential to begin with, and what ``call`` raises.
        """
        credential = self.vend(min_validity_seconds=min_validity_seconds, context=context)
        try:
            result = call(credential)
        except Exception as error:
            if not _is_401(error):
                raise
            current = self._after_rejection(credential, context)
            if current is None:
                raise
        else:
            current = self._after_rejection(credential, context) if _is_401(result) else None
            if current is None:
                return result
        return call(current)

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | str = b"",
        provider_timeout_seconds: float = 30,
        min_validity_seconds: int = 0,
        context: LambdaContext | None = None,
    ) -> Response:
        """Sends a request to the provider with the credential's headers over the given ones, by :meth:`use`.

        Every status is returned, also a redirect: none is followed. Raises ``ValueError`` for an address that is not
        https (http is for loopback hosts), ``OSError`` or ``http.client.HTTPException`` where the provider does not
        answer, :class:`TokenVendingError` when there is no credential.
        """
        address = _safe_address(url)
        content = body.encode() if isinstance(body, str) else body

        def send(credential: VendedCredential) -> Response:
            replaced = {name.lower() for name in credential.headers}
            own = {name: it for name, it in (headers or {}).items() if name.lower() not in replaced}
            return _send(method, address, {**own, **credential.headers}, content, provider_timeout_seconds)

        return self.use(send, min_validity_seconds=min_validity_seconds, context=context)

    def forget(self) -> None:
        """Clears this process's cache. For tests, and for processes that were forked or restored from a snapshot."""
        self._shared = _Shared()

    def _after_rejection(
        self, credential: VendedCredential, context: LambdaContext | None
    ) -> VendedCredential | None:
        try:
            current = self.reject(credential.version, context=context)
        except TokenVendingError:
            return None  # on_problem was told, and the 401 is the answer.
        return current if current.version != credential.version else None

    def _ask(self, wanted: TransportRequest, context: LambdaContext | None) -> VendedCredential:
        """Retries until there is a credential, an error that is not retryable, or no time for a retry."""
        if not wanted.rejected_version:
            # Nearly every call ends here, before anything is made that only a request needs.
            cached = self._cached(self._shared, wanted.min_validity_seconds)
            if cached:
                return cached
        allowed = self._retries if context else 0
        left = self._timeout_seconds
        if context:
            left = max(context.get_remaining_time_in_millis() / 1000 - _DEADLINE_RESERVE_SECONDS, 0)
        deadline = time.monotonic() + left
        failures = 0
        while True:
            outcome = self._join(wanted, deadline)
            if isinstance(outcome, VendedCredential):
                return outcome
            delay, is_failure = _delay_after(outcome, failures)
            failures += is_failure
            if failures > allowed or time.monotonic() + delay >= deadline:
                # Other threads raise this error as well, each with a traceback of its own.
                raise copy.copy(outcome)
            time.sleep(delay)

    def _join(
        self, wanted: TransportRequest, deadline: float
    ) -> VendedCredential | TokenVendingError:
        """What is cached, or else the outcome of a request that all who want the same share."""
        shared = self._shared
        with shared.lock:
            if shared.cached and shared.cached.version <= wanted.rejected_version:
                shared.cached = None
            cached = self._usable(shared, wanted.min_validity_seconds)
            if cached:
                return cached
            flight = shared.flights.get(wanted)
            if flight is None:
                flight = _Flight(time.monotonic() + self._timeout_seconds)
                # Not in a caller's thread: each caller may have to leave before the answer is there.
                arguments = (shared, wanted, flight)
                threading.Thread(target=self._fly, args=arguments, daemon=True).start()
                shared.flights[wanted] = flight
            flight.waiting += 1
        flight.done.wait(max(min(deadline, flight.ends_at) - time.monotonic(), 0))
        if flight.ends_at <= time.monotonic():
            self._land(shared, wanted, flight, _timeout(self._connection))
        with shared.lock:
            flight.waiting -= 1
            if not flight.waiting and shared.flights.get(wanted) is flight:
                del shared.flights[wanted]  # Nobody may join what nobody waits for: it may be frozen with the process.
        return flight.outcome or _timeout(self._connection)

    def _fly(self, shared: _Shared, wanted: TransportRequest, flight: _Flight) -> None:
        outcome = self._request(wanted)
        if isinstance(outcome, VendedCredential) and self._has_ended(outcome):
            # Vended in its last moment: a second request gets its successor.
            outcome = self._request(wanted)
            if isinstance(outcome, VendedCredential) and self._has_ended(outcome):
                detail = "Expired on arrival: check clocks."
                outcome = TokenVendingError(self._connection, "malformed-answer", detail)
        self._land(shared, wanted, flight, outcome)

    def _land(
        self,
        shared: _Shared,
        wanted: TransportRequest,
        flight: _Flight,
        outcome: VendedCredential | TokenVendingError,
    ) -> None:
        """Ends the flight, unless it has been: by its time-out, or because nobody waits any more."""
        with shared.lock:
            if shared.flights.get(wanted) is not flight:
                return
            del shared.flights[wanted]
            if isinstance(outcome, VendedCredential):
                self._cache(shared, outcome)
            flight.outcome = outcome
        try:
            if isinstance(outcome, TokenVendingError):
                self._on_problem(outcome)
        finally:
            flight.done.set()

    def _request(self, wanted: TransportRequest) -> VendedCredential | TokenVendingError:
        """Errors are returned, not raised: a traceback's frames would hold the answer, and reporters print frames."""
        try:
            answer = self._transport(wanted, self._timeout_seconds)
        except Exception as error:
            return _transport_failure(self._connection, error)
        return _read_answer(self._connection, answer)

    def _has_ended(self, credential: VendedCredential) -> bool:
        return _usable_until(credential) <= self._now()

    def _cached(self, shared: _Shared, min_validity_seconds: int) -> VendedCredential | None:
        with shared.lock:
            return self._usable(shared, min_validity_seconds)

    def _usable(self, shared: _Shared, min_validity_seconds: int = 0) -> VendedCredential | None:
        at, cached = self._now(), shared.cached
        if cached and at < shared.cached_until and at + min_validity_seconds <= _usable_until(cached):
            return cached
        return None

    def _cache(self, shared: _Shared, credential: VendedCredential) -> None:
        """Unless a newer one is cached and usable."""
        held = self._usable(shared)
        if held and held.version > credential.version:
            return
        end = _usable_until(credential)
        is_key = end - credential.issued_at.timestamp() > _MAX_TOKEN_LIFETIME_SECONDS
        shared.cached_until = min(end, self._now() + _KEY_CACHE_SECONDS) if is_key else end
        shared.cached = credential


def lambda_transport(client: Any, function_name: str | None) -> Transport:
    """Vends by invoking the realm's function; the caller's role needs ``lambda:InvokeFunction`` on it and nothing else.

    ``client`` is botocore's or boto3's for ``lambda``, with its own time-outs and retries. Raises ``ValueError`` when
    there is no ``function_name`` (an environment variable that is not set).
    """
    if not function_name:
        raise ValueError("function_name is not set.")

    def invoke(request: TransportRequest, _timeout_seconds: float) -> Any:
        payload: dict[str, Any] = {"account": request.connection.split("/")[-1]}
        if request.min_validity_seconds:
            payload["minValiditySeconds"] = request.min_validity_seconds
        if request.rejected_version:
            payload["rejectedVersion"] = request.rejected_version
        output = client.invoke(FunctionName=function_name, Payload=json.dumps(payload).encode())
        answer = json.loads(output["Payload"].read() or b"null")
        if output.get("FunctionError"):
            kind = answer.get("errorType") if isinstance(answer, dict) else None
            raise TransportError(kind or output["FunctionError"])
        return answer

    return invoke


def https_transport(base_url: str | None, sign: Signer) -> Transport:
    """Vends over the API; the caller's role needs ``execute-api:Invoke`` on the connection's path and nothing else.

    ``base_url`` is everything before ``/v1/tokens``. Raises ``ValueError`` when it is not set or is not https (http is
    for loopback hosts).
    """
    base = _safe_address(base_url or "").geturl().rstrip("/")

    def exchange(request: TransportRequest, timeout_seconds: float) -> Any:
        url = f"{base}/v1/tokens/{quote(request.connection, safe='/')}"
        method, body = "GET", b""
        if request.rejected_version:
            method, url = "POST", f"{url}/rejections"
            body = json.dumps({"version": request.rejected_version}).encode()
        elif request.min_validity_seconds:
            url = f"{url}?minValiditySeconds={request.min_validity_seconds}"
        headers = sign(method, url, {"content-type": "application/json"}, body)
        response = _send(method, urlsplit(url), headers, body, timeout_seconds)
        if 200 <= response.status < 300:
            return json.loads(response.body)
        if "problem" in response.headers.get("content-type", ""):
            return {"problem": json.loads(response.body)}
        # Not token vending's: API Gateway's own.
        raise TransportError(f"HTTP{response.status}", response.status)

    return exchange


def sigv4_signer(credentials: Any, region: str) -> Signer:
    """Signs for ``execute-api`` with botocore's or boto3's credentials: ``session.get_credentials()``."""
    from botocore.auth import SigV4Auth  # type: ignore
    from botocore.awsrequest import AWSRequest  # type: ignore

    def sign(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        request = AWSRequest(method, url, headers=dict(headers), data=body)
        # Keys that are refreshed between two reads would be half old, half new.
        SigV4Auth(credentials.get_frozen_credentials(), "execute-api", region).add_auth(request)
        return dict(request.headers)

    return sign


def _send(
    method: str, address: SplitResult, headers: Mapping[str, str], body: bytes, timeout: float
) -> Response:
    """Sends one request. Follows no redirect: the headers are for this host."""
    is_https = address.scheme == "https"
    kind = http.client.HTTPSConnection if is_https else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=timeout)
    try:
        target = (address.path or "/") + (f"?{address.query}" if address.query else "")
        connection.request(method, target, body or None, dict(headers))
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, received, response.read())
    finally:
        connection.close()


def _safe_address(address: str) -> SplitResult:
    """Parses an address that a credential may be sent to: https, or a loopback host."""
    url = urlsplit(address)
    is_loopback = url.scheme == "http" and url.hostname in ("localhost", "127.0.0.1", "::1")
    if url.hostname and (url.scheme == "https" or is_loopback):
        return url
    raise ValueError(f"{url.scheme}://{url.hostname or ''} is not https.")


def _read_answer(connection: str, answer: Any) -> VendedCredential | TokenVendingError:
    problem = answer.get("problem") if isinstance(answer, dict) else None
    if isinstance(problem, dict) and problem.get("code"):
        return _problem_error(connection, problem)
    try:
        credential = VendedCredential(answer)
        if credential.connection == connection:
            return credential
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        pass
    return TokenVendingError(connection, "malformed-answer", "Another connection's, or no credential.")


def _problem_error(connection: str, problem: Mapping[str, Any]) -> TokenVendingError:
    seconds = problem.get("retryAfterSeconds")
    link = problem.get("consent")
    return TokenVendingError(
        connection,
        str(problem["code"]),
        str(problem.get("detail")),
        problem.get("retryable") is True,
        seconds if isinstance(seconds, (int, float)) else None,
        {name: value for name, value in problem.items() if name != "consent"},
        ConsentLink(link) if isinstance(link, dict) else None,
    )


def _transport_failure(connection: str, error: Exception) -> TokenVendingError:
    """Keeps the error's name and status, but no message: a message may quote the answer."""
    if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)):
        return TokenVendingError(connection, "malformed-answer", type(error).__name__)
    if isinstance(error, TimeoutError):
        return _timeout(connection)
    name, status = type(error).__name__, 500
    # botocore's ClientError, which this module need not import.
    response = getattr(error, "response", None)
    if isinstance(error, TransportError):
        name, status = error.name, error.status
    elif isinstance(error, OSError):
        name = errno.errorcode.get(error.errno or 0, name)
    elif isinstance(response, dict):
        name = str(response.get("Error", {}).get("Code"))
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", status)
    detail = name if re.fullmatch(r"[A-Z][\w.]{1,63}", name, re.ASCII) else "Error"
    return TokenVendingError(connection, "unreachable", detail, status >= 500 or status == 429)


def _timeout(connection: str) -> TokenVendingError:
    return TokenVendingError(connection, "timeout", "No answer in time.", retryable=True)


def _delay_after(error: TokenVendingError, failures: int) -> tuple[float, bool]:
    """In seconds, without end where waiting does not help; and whether it counts as a retry: what only has to be waited
    for does not.
    """
    if error.retry_after_seconds:
        waits = ("renewal-in-progress", "validity-unavailable")
        return error.retry_after_seconds * _JITTERED_SECOND, error.code not in waits
    delay = _FIRST_DELAY_SECONDS * 2**failures * _JITTERED_SECOND
    return (delay if error.retryable else float("inf")), True


def _is_401(answer: object) -> bool:
    """Of a response, or of an exception that is one or has one."""
    for each in (answer, getattr(answer, "response", None)):
        if 401 in (getattr(each, name, None) for name in ("status_code", "status", "code")):
            return True
    return False


def _usable_until(credential: VendedCredential) -> float:
    """In seconds since 1970; without end for a key that does not expire."""
    return credential.usable_until.timestamp() if credential.usable_until else float("inf")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError("not a text")


def _instant(text: str) -> datetime:
    # Python 3.10 does not know the suffix Z.
    instant = datetime.fromisoformat(re.sub("Z$", "+00:00", text))
    if instant.tzinfo is None:
        raise ValueError("no time zone")
    return instant


def _optional_instant(text: str | None) -> datetime | None:
    return None if text is None else _instant(text)


def _require_header(name: str, value: str) -> None:
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise ValueError("not a header's name")
    if not re.fullmatch(r"[\t\x20-\x7e\x80-\xff]+", value):
        raise ValueError("not a header's value")
