"""Loads users through the import operation, over many keep-alive connections."""

import json
import re
import selectors
import socket

from process import IMPORT

CONNECTIONS = 64
USER_ID = re.compile(rb'"userId":"([^"]+)"')


def message(token, number, password=""):
    """A request that imports the user of this number; those with a password share a phone."""
    name = f"secret-{number}" if password else f"loaded-{number}"
    return post(token, {
        "userName": name,
        "profile": {"firstName": "Gigi", "lastName": "Giraffe", "nickName": "gigi",
                    "preferredLanguage": "en"},
        "email": {"email": f"{name}@example.com", "isEmailVerified": True},
        "phone": {"phone": "+41791234567" if password else f"+4178{number:07d}",
                  "isPhoneVerified": True},
        "password": password,
    })


def post(token, user):
    """A request that imports a user."""
    body = json.dumps(user)
    return (f"POST {IMPORT} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


def whole(answer):
    """Whether all of an answer has come."""
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return bool(end) and length is not None and len(body) >= int(length[1])


def load(port, messages):
    """The ids of the users that these requests import."""
    messages = iter(messages)
    ids = []
    with selectors.DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            send_next(selector, socket.create_connection(("127.0.0.1", port)), messages)
        while selector.get_map():
            for key, _ in selector.select():
                receive(selector, key, messages, ids)
    return ids


def send_next(selector, connection, messages):
    """Sends the next message, or closes the connection when there is none."""
    if connection in selector.get_map():
        selector.unregister(connection)
    text = next(messages, None)
    if text is None:
        connection.close()
        return
    connection.sendall(text)
    selector.register(connection, selectors.EVENT_READ, bytearray())


def receive(selector, key, messages, ids):
    """Takes what has come; a whole answer gives an id and is followed by the next message."""
    part = key.fileobj.recv(65536)
    key.data.extend(part)
    if part and not whole(key.data):
        return
    found = USER_ID.search(key.data)
    if not found:
        raise SystemExit(f"a user was not imported: {bytes(key.data)!r}")
    ids.append(found[1].decode())
    send_next(selector, key.fileobj, messages)
