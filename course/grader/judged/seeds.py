"""Seeds of hidden cases, from a secret that stays in the classroom."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

SECRET = "secret.key"


def secret_of(classroom: Path) -> bytes:
    """The classroom's secret, made on first use, readable by its owner only."""
    path = classroom / SECRET
    if not path.exists():
        draft = path.with_name(f"{SECRET}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)  # of two processes that make one at once, one wins and both use it
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def seed(secret: bytes, *words: str) -> int:
    """HMAC(secret, words) as a seed: set, student, exercise, and attempt, the submission's digest."""
    message = "\0".join(words).encode()
    return int.from_bytes(hmac.digest(secret, message, "sha256")[:8], "little")


def attempt_of(submitted: bytes) -> str:
    """A name for a submission: a regrade repeats, a resubmission gets fresh cases."""
    return hashlib.sha256(submitted).hexdigest()[:32]
