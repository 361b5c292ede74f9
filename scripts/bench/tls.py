#!/usr/bin/env python3
"""TLS in front of the local stack's plain HTTP, so that a measured process does the handshakes that it
does on AWS. As a program: terminates TLS on free ports and passes the bytes on.

    tls.py CERTIFICATE KEY HOST:PORT [HOST:PORT …]     prints its own ports on one line
"""

import asyncio
import os
import ssl
import subprocess
import sys
from pathlib import Path


class Authority:
    """A certificate authority that nobody but this run's processes trusts."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.roots, self.certificate, self.key = (
            self.directory / name for name in ("ca.pem", "chain.pem", "leaf.key")
        )
        ca_key, leaf, request, extensions = (
            self.directory / name for name in ("ca.key", "leaf.pem", "leaf.csr", "leaf.ext")
        )
        new_key = ["-newkey", "rsa:2048", "-nodes"]
        self._openssl("req", "-x509", *new_key, "-keyout", ca_key, "-out", self.roots, "-days", "2",
                      "-subj", "/CN=bench CA", "-addext", "basicConstraints=critical,CA:TRUE")
        self._openssl("req", *new_key, "-keyout", self.key, "-out", request, "-subj", "/CN=localhost")
        extensions.write_text("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        self._openssl("x509", "-req", "-in", request, "-CA", self.roots, "-CAkey", ca_key,
                      "-CAcreateserial", "-out", leaf, "-days", "2", "-extfile", extensions)
        self.certificate.write_bytes(leaf.read_bytes() + self.roots.read_bytes())

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def with_system_roots(self):
        """A bundle of the system's roots and this one: what a client that loads the system's pays for.
        Returns its path and the number of roots."""
        paths = [ssl.get_default_verify_paths().cafile, "/etc/ssl/certs/ca-certificates.crt",
                 "/etc/pki/tls/certs/ca-bundle.crt"]
        system = next((Path(path) for path in paths if path and os.path.exists(path)), None)
        text = (system.read_text() if system else "") + self.roots.read_text()
        bundle = self.directory / "bundle.pem"
        bundle.write_text(text)
        return bundle, text.count("BEGIN CERTIFICATE")


class Proxy:
    """The program below, running."""

    def __init__(self, authority, targets):
        command = [sys.executable, __file__, authority.certificate, authority.key, *targets]
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
        self.ports = [int(port) for port in self.process.stdout.readline().split()]

    def close(self):
        self.process.terminate()
        self.process.wait()


async def copy(reader, writer):
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()


async def serve(certificate, key, targets):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.num_tickets = 1

    def passing_on(target):
        host, port = target.rsplit(":", 1)

        async def connected(reader, writer):
            upstream = await asyncio.open_connection(host, int(port))
            await asyncio.gather(copy(reader, upstream[1]), copy(upstream[0], writer))

        return connected

    servers = [
        await asyncio.start_server(passing_on(target), "127.0.0.1", 0, ssl=context) for target in targets
    ]
    print(*[server.sockets[0].getsockname()[1] for server in servers], flush=True)
    await asyncio.gather(*[server.serve_forever() for server in servers])


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    asyncio.run(serve(sys.argv[1], sys.argv[2], sys.argv[3:]))
