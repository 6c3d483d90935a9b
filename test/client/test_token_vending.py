"""What the Python client has of its own: the rest of its promises are cases (test/conformance)."""

from __future__ import annotations

import io
import json
import pickle
import threading
import traceback
import unittest
import urllib.error
from email.message import Message
from types import SimpleNamespace
from typing import Any, Callable

from token_vending import (
    TokenClient,
    TokenVendingError,
    TransportError,
    TransportRequest,
    VendedCredential,
    https_transport,
    lambda_transport,
)

CONNECTION = "conferma/production/default"


def an_answer(version: int, **changes: Any) -> dict[str, Any]:
    token = f"canary-{version}"
    return {
        "connection": CONNECTION,
        "version": version,
        "header": {"name": "Authorization", "value": f"Bearer {token}"},
        "token": token,
        "fingerprint": "9f86d081884c",
        "issuedAt": "2026-11-20T10:00:00.000Z",
        "usableUntil": "2026-11-20T10:04:58.000Z",
        "expiresAt": None,
        **changes,
    }


def a_problem(code: str, **members: Any) -> dict[str, Any]:
    return {"problem": {"code": code, "detail": "In words.", "retryable": False, **members}}


class Vending:
    """A transport with these answers; a rejection is answered with the next version."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[TransportRequest] = []

    def __call__(self, request: TransportRequest, timeout_seconds: float) -> Any:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else an_answer(request.rejected_version + 1)
        if isinstance(answer, Exception):
            raise answer
        return answer


def a_client(transport: Callable[[TransportRequest, float], Any], **options: Any) -> TokenClient:
    # Ten in the morning, as answers say.
    return TokenClient(CONNECTION, transport, now=lambda: 1795168800.0, **options)


class Use(unittest.TestCase):
    def test_retries_once_whatever_way_a_library_tells_a_401(self) -> None:
        def raised(status: int) -> Any:
            raise urllib.error.HTTPError("https://a.example", status, "", Message(), io.BytesIO())

        def raised_for_status(status: int) -> Any:
            error = RuntimeError("for status")
            error.response = SimpleNamespace(status_code=status)  # type: ignore[attr-defined]
            raise error

        ways: list[Callable[[int], Any]] = [
            lambda status: SimpleNamespace(status_code=status),
            lambda status: SimpleNamespace(status=status),
            raised,
            raised_for_status,
        ]
        for refuse in ways:
            used: list[int] = []

            def call(credential: VendedCredential) -> Any:
                used.append(credential.version)
                return refuse(401) if credential.version == 1 else "welcome"

            vending = Vending()
            self.assertEqual(a_client(vending).use(call), "welcome")
            self.assertEqual(used, [1, 2])
            self.assertEqual([each.rejected_version for each in vending.requests], [0, 1])

    def test_raises_what_is_no_401_and_a_second_one(self) -> None:
        for status, reported in ((403, 1), (500, 1), (401, 2)):
            error = urllib.error.HTTPError("https://a.example", status, "", Message(), io.BytesIO())

            def call(credential: VendedCredential) -> Any:
                raise error

            vending = Vending()
            with self.assertRaises(urllib.error.HTTPError) as caught:
                a_client(vending).use(call)
            self.assertIs(caught.exception, error)
            self.assertEqual(len(vending.requests), reported)

    def test_returns_or_raises_the_401_when_the_report_fails(self) -> None:
        told: list[str] = []
        vending = Vending(an_answer(1), a_problem("contested"))
        client = a_client(vending, on_problem=lambda problem: told.append(problem.code))
        refusal = SimpleNamespace(status=401)
        self.assertIs(client.use(lambda _: refusal), refusal)
        self.assertEqual(told, ["contested"])


class Errors(unittest.TestCase):
    def error_of(self, answer: Any, **options: Any) -> TokenVendingError:
        with self.assertRaises(TokenVendingError) as caught:
            a_client(Vending(answer), **options).vend()
        return caught.exception

    def test_keep_the_name_of_a_failure_and_nothing_else(self) -> None:
        denied = RuntimeError("canary in the message")
        denied.response = {  # type: ignore[attr-defined]
            "Error": {"Code": "AccessDeniedException", "Message": "canary"},
            "ResponseMetadata": {"HTTPStatusCode": 403},
        }
        for failure, text, retryable in (
            (denied, "unreachable: AccessDeniedException", False),
            (TransportError("TooManyRequestsException", 429), "unreachable: TooManyRequests", True),
            (TransportError("canary quoted"), "unreachable: Error", True),
            (ConnectionRefusedError(111, "canary"), "unreachable: ECONNREFUSED", True),
            (TimeoutError("canary"), "timeout: No answer in time.", True),
        ):
            error = self.error_of(failure)
            self.assertIn(f"{CONNECTION}: {text}", str(error))
            self.assertEqual(error.retryable, retryable)
            shown = traceback.TracebackException.from_exception(error, capture_locals=True)
            self.assertNotIn("canary", "".join(shown.format()))

    def test_show_the_link_for_a_person_by_name_only(self) -> None:
        link = {"id": "link-1", "url": "https://consents.example/canary", "expiresAt": "2026-11-20"}
        error = self.error_of(a_problem("consent-required", consent=link))
        assert error.consent is not None
        self.assertEqual(error.consent.url, link["url"])
        for text in (repr(error), str(error), repr(vars(error)), repr(error.problem)):
            self.assertNotIn("canary", text)

    def test_survive_a_process_pool(self) -> None:
        error = self.error_of(a_problem("provider-throttled", retryable=True, retryAfterSeconds=7))
        again = pickle.loads(pickle.dumps(error))
        self.assertEqual((str(again), again.code, again.retry_after_seconds), (str(error), error.code, 7))

    def test_are_told_once_and_raised_in_each_thread_as_its_own(self) -> None:
        told: list[TokenVendingError] = []
        raised: list[TokenVendingError] = []
        both = threading.Barrier(2)

        def transport(_request: TransportRequest, _timeout_seconds: float) -> Any:
            answered.wait(5)
            return a_problem("contested")

        def vend() -> None:
            both.wait(5)
            try:
                client.vend()
            except TokenVendingError as error:
                raised.append(error)

        answered = threading.Event()
        client = a_client(transport, on_problem=told.append)
        threads = [threading.Thread(target=vend) for _ in range(2)]
        for thread in threads:
            thread.start()
        threading.Timer(0.5, answered.set).start()
        for thread in threads:
            thread.join(10)
        self.assertEqual([len(told), len(raised)], [1, 2])
        self.assertIsNot(raised[0], raised[1])

    def test_come_in_time_from_a_transport_that_ignores_its_own(self) -> None:
        hanging = threading.Event()
        self.addCleanup(hanging.set)
        client = a_client(lambda *_: hanging.wait(60), timeout_seconds=0.2)
        with self.assertRaisesRegex(TokenVendingError, "timeout"):
            client.vend()


class Transports(unittest.TestCase):
    def test_invoke_with_the_account_and_what_is_wanted(self) -> None:
        invoked: list[tuple[str, Any]] = []

        def invoke(FunctionName: str, Payload: bytes) -> Any:
            invoked.append((FunctionName, json.loads(Payload)))
            return {"Payload": io.BytesIO(json.dumps(an_answer(len(invoked))).encode())}

        client = a_client(lambda_transport(SimpleNamespace(invoke=invoke), "vend"))
        client.vend(min_validity_seconds=30)
        client.reject(1)
        self.assertEqual(
            invoked,
            [
                ("vend", {"account": "default", "minValiditySeconds": 30}),
                ("vend", {"account": "default", "rejectedVersion": 1}),
            ],
        )

    def test_name_the_error_of_a_function(self) -> None:
        for payload, name in ((b'{"errorType":"Runtime.OutOfMemory"}', "Runtime.OutOfMemory"), (b"", "Unhandled")):
            output = {"Payload": io.BytesIO(payload), "FunctionError": "Unhandled"}
            client = a_client(lambda_transport(SimpleNamespace(invoke=lambda **_: output), "vend"))
            with self.assertRaisesRegex(TokenVendingError, f"unreachable: {name}$"):
                client.vend()

    def test_are_not_made_of_what_is_not_set(self) -> None:
        with self.assertRaisesRegex(ValueError, "function_name"):
            lambda_transport(None, None)
        for address in (None, "", "http://api.example", "ftp://localhost"):
            with self.assertRaisesRegex(ValueError, "not https"):
                https_transport(address, lambda method, url, headers, body: headers)


class Credential(unittest.TestCase):
    def test_has_headers_that_a_library_may_copy_and_change(self) -> None:
        headers: Any = a_client(Vending(an_answer(1))).vend().headers
        copy = headers.copy()
        self.assertEqual(copy, {"Authorization": "Bearer canary-1"})
        copy["Accept"] = "application/json"
        self.assertEqual(dict(headers), {"Authorization": "Bearer canary-1"})
        self.assertNotIn("canary", repr(headers))

    def test_has_what_a_person_granted(self) -> None:
        granted = an_answer(1, grantedScope="openid", attributes={"tenant": "acme"})
        credential = a_client(Vending(granted)).vend()
        self.assertEqual((credential.granted_scope, credential.attributes), ("openid", {"tenant": "acme"}))
        plain = a_client(Vending()).vend()
        self.assertEqual((plain.granted_scope, plain.attributes), (None, {}))


if __name__ == "__main__":
    unittest.main()
