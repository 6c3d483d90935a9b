"""The Python client as a program that test/conformance plays cases with (docs/other-languages.md)."""

from __future__ import annotations

import copy
import json
import logging
import pprint
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

# The client to test is in this folder: by default the repository's.
default_folder = Path(__file__).resolve().parents[2] / "client" / "python"
sys.path.insert(0, sys.argv[1] if len(sys.argv) > 1 else str(default_folder))
sys.dont_write_bytecode = True

from token_vending import TokenClient, TokenVendingError, VendedCredential, https_transport  # noqa: E402


class Tested:
    """A client, and how far its clock is ahead of the machine's."""

    def __init__(self, command: dict[str, Any]) -> None:
        self.ahead_seconds = 0
        options = {}
        if "timeoutMs" in command:
            options["timeout_seconds"] = command["timeoutMs"] / 1000
        if "retries" in command:
            options["retries"] = command["retries"]
        # The referee checks no signature.
        transport = https_transport(command["vendingUrl"], lambda method, url, headers, body: headers)
        self.client = TokenClient(
            command["connection"], transport, now=lambda: time.time() + self.ahead_seconds, **options
        )


class Context:
    """Lambda's, of an invocation that ends so many milliseconds after it began."""

    def __init__(self, remaining_ms: int) -> None:
        self._ends_at = time.monotonic() + remaining_ms / 1000

    def get_remaining_time_in_millis(self) -> int:
        return int((self._ends_at - time.monotonic()) * 1000)


tested: dict[str, Tested] = {}
writing = threading.Lock()


def obey(command: dict[str, Any]) -> dict[str, Any]:
    name, do = command["client"], command["do"]
    if do == "create":
        tested[name] = Tested(command)
        return {}
    client = tested[name].client
    call = {"context": Context(command["remainingMs"])} if "remainingMs" in command else {}
    if do == "vend":
        return vended(client, client.vend(min_validity_seconds=command.get("minValiditySeconds", 0), **call))
    if do == "reject":
        return vended(client, client.reject(command["version"], **call))
    if do == "fetch":
        sent = {key: command[key] for key in ("method", "headers", "body") if key in command}
        response = client.fetch(command["url"], **sent, **call)
        return {"response": {"status": response.status, "body": response.body.decode()}}
    if do == "forget":
        client.forget()
        return {}
    if do == "clock":
        tested[name].ahead_seconds = command["aheadSeconds"]
        return {}
    return {"unsupported": True}


def vended(client: TokenClient, credential: VendedCredential) -> dict[str, Any]:
    until = credential.usable_until
    ways = (credential, credential.headers, [credential], copy.copy(credential), client)
    fields = {
        "version": credential.version,
        "token": credential.token,
        "headers": dict(credential.headers),
        "usableUntil": until and until.isoformat(),
    }
    return {"credential": fields, "printed": [text for each in ways for text in printed(each)]}


def printed(value: object) -> list[str]:
    message = logging.LogRecord("test", logging.INFO, "", 0, "%s %r", (value, value), None).getMessage()
    return [repr(value), str(value), f"{value}", pprint.pformat(value), message, json.dumps(value, default=repr)]


def failed(error: Exception) -> dict[str, Any]:
    # As reporters of errors print it: with the local variables of every frame.
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    texts = [*printed(error), *map(repr, error.args), *shown.format()]
    if not isinstance(error, TokenVendingError):
        return {"error": {"code": None}, "printed": texts}
    texts += [*printed(error.problem), *printed(error.consent), *printed(vars(error))]
    fields = {
        "code": error.code,
        "retryable": error.retryable,
        "retryAfterSeconds": error.retry_after_seconds,
    }
    return {"error": fields, "printed": texts}


def answer(command: dict[str, Any]) -> None:
    try:
        reply = obey(command)
    except Exception as error:
        reply = failed(error)
    with writing:
        print(json.dumps({"id": command["id"], **reply}), flush=True)


for line in sys.stdin:
    # Each in a thread of its own, as callers of a threaded server are; in order where they do not wait.
    received = json.loads(line)
    if received["do"] in ("create", "forget", "clock"):
        answer(received)
    else:
        threading.Thread(target=answer, args=(received,), daemon=True).start()
