# SPDX-License-Identifier: MIT
"""The grammar of the id cookie (tests/vectors/cookie), asked of a server that answers with the id it read."""
import json
import pathlib
import socket

PATH = pathlib.Path(__file__).resolve().parents[1] / "vectors/cookie/grammar.json"


def cases():
    document = json.loads(PATH.read_text())
    assert document["cookie"] == "split_id" and len(document["cases"]) > 30
    return document["cases"]


def ask(port, headers, path="/", timeout=5):
    """Body of the answer to a request with these Cookie headers, byte for byte."""
    lines = "".join(f"Cookie: {h}\r\n" for h in headers).encode("latin-1")
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as s:
        s.sendall(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: a\r\n" + lines + b"Connection: close\r\n\r\n")
        got = b""
        while part := s.recv(65536):
            got += part
    head, _, body = got.partition(b"\r\n\r\n")
    return head.decode("latin-1"), body.decode("latin-1")
