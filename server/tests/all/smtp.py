"""An SMTP server that prints each message that it takes as a line of JSON.

smtp.py none|starttls|tls CERTIFICATE KEY REFUSALS: the first REFUSALS messages are refused with 451.
The first line of the output is the port.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP

mode, certificate, key, refusals = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])


def say(what):
    print(json.dumps(what), flush=True)


class Taker:
    refused = 0

    async def handle_DATA(self, server, session, envelope):
        if self.refused < refusals:
            self.refused += 1
            return "451 later"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in message.iter_parts()}
        say({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": message["subject"],
            "id": message["message-id"], "parts": parts, "tls": server.transport.get_extra_info("sslcontext") is not None,
            "user": getattr(session.auth_data, "login", b"").decode(),
        })
        return "250 taken"


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if mode != "none" else None
    if context:
        context.load_cert_chain(certificate, key)
    taker, options = Taker(), {}
    if mode == "starttls":
        options = {"tls_context": context, "require_starttls": True}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(taker, hostname="localhost", **options), "127.0.0.1", 0,
        ssl=context if mode == "tls" else None)
    say(server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
