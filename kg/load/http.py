"""One kept-alive connection to a store: credentials, verified TLS, and retries with growing pauses."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit, urlunsplit

from kg.errors import EndpointError, UsageError

if TYPE_CHECKING:
    import requests

TRANSIENT = (429, 500, 502, 503, 504)
_ANSWERS = (400, 401, 403, 404, 405, 406, 415, 501)  # what a store may say to a question it does not know
_LONGEST_PAUSE = 30.0
Say = Callable[[str], object]


@dataclass(frozen=True)
class Access:
    """How to reach a store: who asks, with which password or token, over which certificate authorities.

    ``scheme`` is basic, digest or bearer; None takes what the store asks for. ``timeout`` is in seconds and is the
    longest silence of the store, ``retries`` how often a failed request is sent again.
    """

    user: str | None = None
    password: str | None = None
    token: str | None = None
    scheme: str | None = None
    ca_file: str | None = None
    timeout: float = 300.0
    retries: int = 6
    pause: float = 0.25  # seconds; doubled before each further attempt

    def __repr__(self) -> str:
        return f"Access(user={self.user!r}, scheme={self.scheme!r}, ca_file={self.ca_file!r}, timeout={self.timeout}, retries={self.retries})"


def split_url(url: str) -> tuple[str, str | None, str | None]:
    """A URL without the user and password it carries, and these two. Raises UsageError (KG-US30) if it is no HTTP URL."""
    from urllib.parse import unquote

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError("KG-US30", "not the URL of a store", fix="give it as http://host:port/path or https://host/path")
    host = parts.netloc.rpartition("@")[2]
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), parts.query, "")), user, password


def access(url: str, user: str | None = None, password: str | None = None, token: str | None = None, **more: Any) -> tuple[str, Access]:
    """The bare URL, and the access to it: from what is given, else KG_USER, KG_PASSWORD and KG_TOKEN, else the URL, else netrc."""
    bare, url_user, url_password = split_url(url)
    token = token or os.environ.get("KG_TOKEN") or None
    user = user or os.environ.get("KG_USER") or url_user
    password = password or os.environ.get("KG_PASSWORD") or url_password
    if user is None and token is None:
        user, password = _from_netrc(bare)
    return bare, Access(user, password, token, **more)


def _from_netrc(url: str) -> tuple[str | None, str | None]:
    from requests.utils import get_netrc_auth

    found = get_netrc_auth(url)
    return found if found else (None, None)


class Client:
    """Requests to one store. Every request it repeats must be safe to repeat."""

    def __init__(self, access: Access, say: Say | None = None) -> None:
        import requests

        self.access = access
        self.say = say or str
        self.reached = False
        self.session = requests.Session()
        self.session.verify = access.ca_file or True
        self.session.headers["User-Agent"] = "servanda"
        self.session.headers["Accept-Encoding"] = "identity"
        self.scheme = access.scheme or ("bearer" if access.token else None)
        self._authorize()

    def _authorize(self) -> None:
        """Put the credentials on the connection, once the scheme is known."""
        from requests.auth import HTTPBasicAuth, HTTPDigestAuth

        user, password = self.access.user or "", self.access.password or ""
        if self.scheme == "bearer":
            self.session.auth = _Bearer(self.access.token or "")
        elif self.scheme == "digest":
            self.session.auth = HTTPDigestAuth(user, password)
        elif self.scheme == "basic":
            self.session.auth = HTTPBasicAuth(user.encode(), password.encode())
        else:
            self.session.auth = _Nobody()

    def challenge(self, method: str, url: str, **options: Any) -> requests.Response:
        """A small request that lets the store say what it is and which authentication it wants, before a body is sent to it."""
        answer = self.request(method, url, allow=_ANSWERS, **options)
        wanted = answer.headers.get("WWW-Authenticate", "").lower()
        if answer.status_code == 401 and self.scheme is None and self.access.user:
            self.scheme = "digest" if "digest" in wanted else "basic"
            self._authorize()
            answer = self.request(method, url, allow=_ANSWERS, **options)
        return answer

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | list[str]] | None = None,
        data: bytes | IO[bytes] | Iterable[bytes] | Mapping[str, Any] | None = None,
        content_type: str | None = None,
        accept: str = "*/*",
        stream: bool = False,
        allow: tuple[int, ...] = (),
        again: bool = True,
    ) -> requests.Response:
        """Send a request, again after a passing failure, and return the answer. ``allow`` are further statuses to accept.

        Raises EndpointError. Where ``again`` is false, the first failure is raised.
        """
        headers = {"Accept": accept} | ({"Content-Type": content_type} if content_type else {})
        file = cast("IO[bytes] | None", data if hasattr(data, "seek") else None)
        start = file.tell() if file else 0
        failure: EndpointError | None = None
        for attempt in range(self.access.retries + 1 if again else 1):
            if attempt:
                if file:
                    file.seek(start)
                self.pause(attempt, failure)
            try:
                answer = self._send(method, url, params=params, data=data, headers=headers, stream=stream)
            except EndpointError as error:
                failure = error
                if not self.reached and error.code in ("KG-EN01", "KG-EN02"):
                    break  # never there: a wrong address rather than a bad moment
                continue
            if answer.ok or answer.status_code in allow:
                return answer
            failure = refusal(answer)
            if failure.code != "KG-EN05":
                break
        assert failure is not None
        raise failure

    def _send(self, method: str, url: str, **options: Any) -> requests.Response:
        import requests

        try:
            answer = self.session.request(method, url, timeout=self.access.timeout, **options)
            self.reached = True
            return answer
        except requests.exceptions.SSLError as error:
            raise EndpointError(
                "KG-EN02",
                f"the store's certificate is not trusted: {_reason(error)}",
                place=url,
                fix="give the file of its certificate authority with --ca-file",
            ) from None
        except requests.exceptions.Timeout:
            raise EndpointError(
                "KG-EN03", f"the store was silent for {self.access.timeout:g} seconds", place=url, fix="try again, or allow more with --timeout SECONDS"
            ) from None
        except requests.exceptions.RequestException as error:
            self.reached = self.reached or not any(word in repr(error) for word in ("NewConnectionError", "NameResolutionError"))
            raise EndpointError(
                "KG-EN01", f"no answer from the store: {_reason(error)}", place=url, fix="check the URL, and that the store runs and can be reached"
            ) from None

    def pause(self, attempt: int, failure: EndpointError | None) -> None:
        """Wait before the next attempt: longer each time, or as long as the store asked for."""
        wait = min(_LONGEST_PAUSE, self.access.pause * 2**attempt) * random.uniform(0.75, 1.25)
        wait = max(wait, min(_LONGEST_PAUSE, getattr(failure, "retry_after", 0.0)))
        self.say(f"{failure.message if failure else 'failed'}; trying again in {wait:.1f} s ({attempt} of {self.access.retries})")
        time.sleep(wait)


def refusal(answer: requests.Response) -> EndpointError:
    """The error that says in words what an answer with a failure status means."""
    status, url = answer.status_code, answer.url.split("?")[0]
    said = " ".join(answer.text[:300].split())
    if status in (401, 403) or "no permission" in said.lower():
        return EndpointError(
            "KG-EN04",
            f"the store refuses access (HTTP {status})",
            place=url,
            fix="give a user with --user and KG_PASSWORD, a token with KG_TOKEN, or an entry in netrc",
        )
    if status in TRANSIENT:
        error = EndpointError(
            "KG-EN05",
            f"the store failed (HTTP {status}): {said}",
            place=url,
            fix="look into the store's log, then run the same command again: it goes on where it stopped",
        )
        wait = answer.headers.get("Retry-After", "")
        error.retry_after = float(wait) if wait.isdigit() else 0.0  # type: ignore[attr-defined]
        return error
    return EndpointError(
        "KG-EN06",
        f"the store refuses the request (HTTP {status}): {said}",
        place=url,
        fix="check the URL and what the store allows; --server and --method choose another way",
    )


def _reason(error: BaseException) -> str:
    """The innermost cause, without the address of an object or a password."""
    cause: BaseException = error
    while True:
        inner = getattr(cause, "reason", None) or (cause.args[-1] if cause.args and isinstance(cause.args[-1], BaseException) else None)
        if not isinstance(inner, BaseException) or inner is cause:
            break
        cause = inner
    return str(getattr(cause, "strerror", None) or cause).split(": ", 1)[-1]


def read_secret(path: str | None) -> str | None:
    """The first line of a file that holds a password or token. Raises UsageError (KG-US31) if it cannot be read."""
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            "KG-US31", "the file with the password or token cannot be read", place=path, fix="give a text file whose first line is the secret"
        ) from None


class _Bearer:
    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: Any) -> Any:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class _Nobody:
    """No credentials; set, so that requests does not look for some by itself."""

    def __call__(self, request: Any) -> Any:
        return request
