#!/usr/bin/env python3
"""Says when the certificate of a host expires: certificate.py -- HOST PORT; describes itself: certificate.py --hailer-spec"""

import hashlib
import json
import socket
import ssl
import subprocess
import sys
from datetime import datetime, timezone

SPEC = {
    "hailer_spec": 1,
    "help": "Say when the certificate of a host expires",
    "example": "certificate example.com",
    "effect": "read",
    "timeout": "10s",
    "words": ["--", "{host}", "{port}"],
    "args": [
        {"name": "host", "type": "host", "help": "which host"},
        {"name": "port", "type": "integer", "min": 1, "max": 65535, "default": 443, "help": "at which port"},
    ],
}


def certificate(host: str, port: int) -> bytes:
    """Fetches what the host shows, valid or not: an expired one is what we look for."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((host, port), timeout=5) as connection:
        with context.wrap_socket(connection, server_hostname=host) as secured:
            return secured.getpeercert(binary_form=True)


def expiry(der: bytes) -> datetime:
    command = ["openssl", "x509", "-inform", "DER", "-noout", "-enddate"]
    said = subprocess.run(command, input=der, capture_output=True, check=True).stdout.decode()
    end = said.strip().removeprefix("notAfter=")
    return datetime.strptime(end, "%b %d %H:%M:%S %Y %Z").replace(tzinfo=timezone.utc)


def main() -> int:
    if sys.argv[1:] == ["--hailer-spec"]:
        print(json.dumps(SPEC))
        return 0
    host, port = sys.argv[-2], int(sys.argv[-1])
    try:
        der = certificate(host, port)
    except OSError as error:
        print(f"{host} shows no certificate at port {port}: {error}", file=sys.stderr)
        return 1
    end = expiry(der)
    days = (end - datetime.now(timezone.utc)).days
    state = "has expired" if days < 0 else f"is valid for {days} more days"
    print(f"The certificate of {host} {state}, until {end:%Y-%m-%d}.")
    print(f"SHA-256 {hashlib.sha256(der).hexdigest()[:16]}…")
    return 1 if days < 0 else 0


if __name__ == "__main__":
    sys.exit(main())
