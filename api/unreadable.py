"""Requests that the parser of HTTP gives up on, answered in words all the same."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.errors import AddressTooLong, MalformedRequest, wangge_problem
from gis.errors import WanggeError

_LONGEST_ADDRESS = 65_535
"""Bytes of an address that the parser takes; the application never sees a longer one."""


class PlainSpokenProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it; of what it cannot read it would say so in three English words."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it is always the same
        """Answer as a problem and close the connection."""
        self.refuse(_fault(getattr(self, "url", None) or b""))

    def refuse(self, fault: WanggeError) -> None:
        """Answer with a fault, without asking the application, and close the connection."""
        headers = getattr(self, "headers", None) or []
        request = Request({"type": "http", "headers": headers})
        answer = wangge_problem(request, fault)
        status = HTTPStatus(answer.status_code)
        lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        lines += ["connection: close", "", ""]
        self.transport.write("\r\n".join(lines).encode("latin-1") + bytes(answer.body))
        self.transport.close()


def _fault(address: bytes) -> WanggeError:
    if len(address) > _LONGEST_ADDRESS:
        return AddressTooLong(
            "The address is longer than 64 KB: ask by bbox and filter at your end, or send fewer "
            "vertices.",
            "地址超过 64 KB：请用 bbox 取数后在本地筛选，或减少顶点数。",
        )
    return MalformedRequest("This is not a request of HTTP/1.1.", "这不是有效的 HTTP/1.1 请求。")
