"""The certificates of a throw-away authority, for the TLS in front of the engines."""

import os
import ssl
import subprocess
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
        # A signature by RSA takes the server about a millisecond, which would count as the function's.
        leaf_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        self._openssl("req", *leaf_key, "-keyout", self.key, "-out", request, "-subj", "/CN=localhost")
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
