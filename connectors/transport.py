"""Sends requests over a requests session, once each: how the policy's exchanges are made.

Turns every exception of requests and urllib3 into `Unanswered`, and tells none of their texts:
they can hold the whole address, keys included. Repeats nothing.
"""

from collections.abc import Mapping

import requests
import urllib3

from journeysync.connectors.http import BROKEN, TIMEOUT, Answer, Exchange, Unanswered

_UNREACHABLE = "cannot be reached. Check the network and the tool's `base_url`."


def unanswered(error: Exception) -> Unanswered:
    """Say what an exception of urllib3 or requests means, without its text.

    The text can hold the whole address, keys included.
    """
    cause = _root(error)
    if isinstance(cause, urllib3.exceptions.NewConnectionError):
        return Unanswered(_UNREACHABLE, sent=False)
    if isinstance(cause, urllib3.exceptions.ConnectTimeoutError | requests.ConnectTimeout):
        return Unanswered(_UNREACHABLE, sent=False)
    if isinstance(cause, urllib3.exceptions.ProxyError | requests.exceptions.ProxyError):
        return Unanswered("cannot be reached through the proxy.", sent=False)
    if isinstance(cause, urllib3.exceptions.SSLError | requests.exceptions.SSLError):
        return Unanswered(
            "offers no valid certificate: is a proxy or firewall in between?", sent=True
        )
    if isinstance(cause, urllib3.exceptions.ReadTimeoutError | requests.Timeout):
        return Unanswered("did not answer in time.", sent=True)
    return Unanswered(BROKEN, sent=True)


def _root(error: BaseException) -> BaseException:
    """Unwrap what urllib3 and requests put around a failure."""
    if isinstance(error, urllib3.exceptions.MaxRetryError) and error.reason is not None:
        return _root(error.reason)
    inner = error.args[0] if error.args else None
    if isinstance(error, requests.ConnectionError) and isinstance(inner, BaseException):
        return _root(inner)
    return error


def over_requests(
    session: requests.Session,
    method: str,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    body: object = None,
    form: Mapping[str, str] | None = None,
    text: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Exchange:
    """Make an exchange over a requests session: the transport of most tools.

    `body` goes as JSON, `form` as a form does, `text` as it is; `headers` stand over those of the
    session.
    """

    def exchange() -> Answer:
        try:
            answer = session.request(
                method, url, params=params, json=body, data=form if text is None else text,
                headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True,
            )  # fmt: skip
            return answered(answer)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise unanswered(error) from None

    return exchange


def over_prepared(session: requests.Session, prepared: requests.PreparedRequest) -> Exchange:
    """Make an exchange of a request that was prepared once for many pages.

    To prepare it costs a quarter of it. No cookie goes with it, and no signature can: each page
    would need another.
    """

    def exchange() -> Answer:
        try:
            answer = session.send(
                prepared, timeout=TIMEOUT, allow_redirects=False, stream=True,
                verify=session.verify, proxies=session.proxies,
            )  # fmt: skip
            return answered(answer)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise unanswered(error) from None

    return exchange


def answered(answer: requests.Response) -> Answer:
    """Take from an answer of requests what the policy must know.

    A body that still waits is read at once: in parts of ten kilobytes, as requests does it, a long
    one costs more than to decode it.
    """
    headers = {name.lower(): value for name, value in answer.headers.items()}
    waiting = isinstance(answer.raw, urllib3.HTTPResponse) and not answer.raw.closed
    body = answer.raw.read(decode_content=True) if waiting else answer.content
    return Answer(answer.status_code, headers, body)
