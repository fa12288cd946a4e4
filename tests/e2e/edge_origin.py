"""An origin for the edge tests: says who it is, lets /c/ be cached, counts what reaches it, fails on command.

Usage: edge_origin.py NAME PORT   (port 0: any; prints the port). GET /_mode/ok|drop|503 sets how it fails, GET /_seen lists tags.
"""
import asyncio
import json
import signal
import sys

NAME = sys.argv[1]
state = {"mode": "ok", "seen": {}}


async def read_request(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return method, target, headers, body


def control(target):
    if target.startswith("/_mode/"):
        state["mode"] = target.rsplit("/", 1)[1]
    return json.dumps(state["seen"])


def answer(method, target, headers):
    """The bytes of one answer, or None to close without any."""
    status, text = "200 OK", f"{NAME} {target}\n"
    if target.startswith("/_"):
        text = control(target)
    else:
        tag = headers.get("x-tag")
        if tag:
            state["seen"][tag] = state["seen"].get(tag, 0) + 1
        if state["mode"] == "drop":
            return None
        if state["mode"] == "503":
            status = "503 Service Unavailable"
    cacheable = target.startswith("/c/") and status.startswith("200")
    fields = [
        f"HTTP/1.1 {status}", f"Content-Length: {len(text)}", f"X-Served-By: {NAME}", "X-Split-Variant: forged-by-origin",
        f"X-Got-Variant: {headers.get('x-split-variant', '')}",
        f"Cache-Control: {'max-age=600' if cacheable else 'no-store'}",
    ]
    return ("\r\n".join(fields) + "\r\n\r\n" + ("" if method == "HEAD" else text)).encode()


async def serve(reader, writer):
    try:
        while True:
            method, target, headers, _ = await read_request(reader)
            data = answer(method, target, headers)
            if data is None:
                break
            writer.write(data)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[2]))
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
asyncio.run(main())
