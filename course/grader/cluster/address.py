"""Where the scheduler is, how to speak with it, and clear words where that fails.

Dask runs whatever code it is sent, so only those may connect who show a certificate of the cluster's own
authority. Dask asks for this on both sides, and compares no host names: the authority must be the cluster's
alone.
"""

import importlib.util
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from course.grader.sandbox.client import Refused

PORT = 8786  # Dask's own
SECONDS = 10.0
NAMES = ("address", "ca", "cert", "key")


@dataclass(frozen=True)
class Scheduler:
    """A scheduler's address, `tls://HOST:PORT`, and three PEM files: authority, certificate, its key."""

    address: str
    host: str
    port: int
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    @classmethod
    def of(cls, settings: Mapping[str, str], folder: Path) -> "Scheduler":
        """From settings; files are named from `folder`. A bare HOST:PORT means TLS.

        Raises:
            Refused: if something is missing or wrong, or the connection would be open to others.
        """
        unknown = set(settings) - set(NAMES)
        if unknown:
            raise Refused(f"[scheduler] has no {', '.join(sorted(unknown))}; it has {', '.join(NAMES)}.")
        given = settings.get("address", "")
        address = given if "://" in given else f"tls://{given}"
        parts = urlsplit(address)
        try:
            host, port = parts.hostname or "", parts.port or PORT
        except ValueError:
            host, port = "", 0
        if parts.scheme not in ("tls", "tcp") or not host:
            raise Refused(f"{given or 'nothing'} is no address of a scheduler: write tls://HOST:PORT.")
        files = {name: folder / settings[name] for name in NAMES[1:] if settings.get(name)}
        made = cls(f"{parts.scheme}://{parts.netloc.split('@')[-1]}", host, port, **files)
        made._safe()
        return made

    @property
    def encrypted(self) -> bool:
        """Whether it speaks TLS."""
        return self.address.startswith("tls:")

    def _safe(self) -> None:
        if not self.encrypted:
            if not _is_loopback(self.host):
                raise Refused(
                    f"{self.address} is not encrypted. Dask runs any code it is sent, so whoever reaches "
                    "that port could change marks and use the machines. Start the cluster with TLS and write "
                    "tls://; plain tcp:// is for a scheduler on this machine, at 127.0.0.1."
                )
            return
        for name in NAMES[1:]:
            path = getattr(self, name)
            if path is None:
                raise Refused(
                    f"For {self.address} three PEM files are needed, ca, cert and key: {name} is not set. "
                    "Set it in [scheduler] of course.toml, or as an option."
                )
            if not path.is_file():
                raise Refused(f"There is no file {path}, which is set as the {name} of {self.address}.")

    def security(self) -> Any:
        """Dask's `Security`, or None where the connection is not encrypted."""
        if importlib.util.find_spec("distributed") is None:
            raise Refused(
                "A scheduler needs Dask, which is not installed here: "
                "pip install 'gradients-through-time[grader,cluster]'"
            )
        from distributed import Security

        if not self.encrypted:
            return None
        files = {"tls_ca_file": self.ca, "tls_client_cert": self.cert, "tls_client_key": self.key}
        named: dict[str, Any] = {name: str(path) for name, path in files.items()}
        return Security(require_encryption=True, **named)  # type: ignore[no-untyped-call]

    def check(self) -> None:
        """Connect once; raises `Refused` with the reason if that fails. Dask alone would try for a while."""
        context = self._context()
        try:
            plain = socket.create_connection((self.host, self.port), SECONDS)
        except OSError as error:
            raise Refused(
                f"No scheduler answers at {self.address} ({error}). Does `dask scheduler` run there, and may "
                "this machine reach its port?"
            ) from None
        with plain:
            if context is not None:
                self._shake_hands(plain, context)

    def _context(self) -> ssl.SSLContext | None:
        security = self.security()
        if security is None:
            return None
        try:
            context: ssl.SSLContext = security.get_connection_args("client")["ssl_context"]
        except (ssl.SSLError, OSError) as error:
            raise Refused(
                f"{self.ca}, {self.cert} and {self.key} are not an authority, a certificate and the key of "
                f"this certificate, in PEM form ({error})."
            ) from None
        return context

    def _shake_hands(self, plain: socket.socket, context: ssl.SSLContext) -> None:
        """The handshake, and the first byte that a scheduler says once it has accepted a certificate."""
        try:
            with context.wrap_socket(plain, server_hostname=self.host) as secure:
                if secure.recv(1):
                    return
                said = "it closed the connection"
        except ssl.SSLCertVerificationError as error:
            raise Refused(
                f"Whoever answers at {self.address} shows a certificate that {self.ca} did not sign "
                f"({error.verify_message}). It is another cluster, or ca is not this cluster's."
            ) from None
        except ssl.SSLError as error:
            said = str(error.reason or error).lower().replace("_", " ")
        except OSError as error:
            said = str(error)
        if "wrong version" in said or "timed out" in said or "record layer" in said:
            raise Refused(
                f"What answers at {self.address} does not speak TLS ({said}). Start the scheduler with "
                "--protocol tls and its certificate."
            )
        raise Refused(
            f"The scheduler at {self.address} does not accept the certificate {self.cert} ({said}). It must "
            "be signed by the authority that the cluster was started with."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
