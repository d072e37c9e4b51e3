"""A backup's file: sealed to public keys (age, https://age-encryption.org/v1), written whole or not at all, read again, and opened by a secret that lies elsewhere.

Debian's `age` opens one too: `age --decrypt -i IDENTITY FILE`.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyrage

from hotline.adapters.backup.stream import BackupHead, DamagedBackup, Frame, FrameReader, Tail
from hotline.adapters.durable import sync_folder

SUFFIX: Final = ".age"
SUM_SUFFIX: Final = ".sha256"
"""Beside a backup: its digest, as `sha256sum --check` reads it."""
UNFINISHED: Final = ".fresh"
MODE: Final = 0o600
CHUNK: Final = 1 << 20
AGE: Final = b"age-encryption.org/v1\n"


class NoRecipient(Exception):
    """That is no public key of age."""


class NoIdentity(Exception):
    """That file holds no secret key of age."""


class WrongIdentity(Exception):
    """The backup was not sealed to this key."""


class NotAsWritten(Exception):
    """What was read again from the disk is not what was written there."""


def new_keys() -> tuple[str, str]:
    """The public key, as the setting takes it, and the secret one."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity.to_public()), str(identity)


def write(path: Path, stream: Iterator[bytes], recipients: Sequence[str]) -> str:
    """Write a backup and, beside it, its digest, which is returned in hex: hashed while it is written, made durable, and hashed again as it lies on the disk.

    Raises NoRecipient, NotAsWritten, OSError, and what `stream` raises; then there is nothing of that name.
    """
    keys = _recipients(recipients)
    fresh, fresh_sum = (path.with_name(f".{path.name}{end}{UNFINISHED}") for end in ("", SUM_SUFFIX))
    try:
        digest = _write(fresh, stream, keys)
        if _digest(fresh) != digest:
            raise NotAsWritten
        with os.fdopen(os.open(fresh_sum, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), "w") as beside:
            beside.write(f"{digest}  {path.name}\n")
            beside.flush()
            os.fsync(beside.fileno())
        fresh_sum.replace(path.with_name(path.name + SUM_SUFFIX))
        fresh.replace(path)
        sync_folder(path.parent)
    finally:
        for left in (fresh, fresh_sum):
            left.unlink(missing_ok=True)
    return digest


def read(path: Path, identity: str, reader: FrameReader) -> Tail:
    """Open a backup and hand its frames on. Constant memory. Raises NoIdentity, WrongIdentity, DamagedBackup, OSError, and what `reader` raises."""
    keys = [_identity(identity)]
    beside = path.with_name(path.name + SUM_SUFFIX)
    if beside.exists() and beside.read_text("ascii", "replace").split()[:1] != [_digest(path)]:
        raise DamagedBackup("the file is not the one whose digest lies beside it")
    with path.open("rb") as file:
        if file.read(len(AGE)) != AGE:
            raise DamagedBackup("the file was not sealed by age, or its beginning is missing")
        file.seek(0)
        source, sink = _Source(file), _Sink(reader)
        try:
            pyrage.decrypt_io(source, sink, keys)
        except (pyrage.DecryptError, OSError) as error:
            raise (sink.failure or source.failure or _meant(error)) from None
    return reader.finish()


def head_of(path: Path, identity: str, look: Callable[[Frame], None]) -> tuple[BackupHead, Tail]:
    """What a backup says of itself, once all of it was read and is whole. `look`: is shown each frame. Raises what `read` does."""
    reader = FrameReader(look)
    tail = read(path, identity, reader)
    if reader.head is None:
        raise DamagedBackup("it ends before its end")
    return reader.head, tail


def identity_in(path: Path) -> str:
    """The secret key in a file such as `hotline keys backup` prints, or `age-keygen`: the first line that is none of comments. Raises OSError, NoIdentity."""
    try:
        lines = [line.strip() for line in path.read_text("ascii").splitlines()]
    except UnicodeDecodeError:
        raise NoIdentity from None
    found = next((line for line in lines if line and not line.startswith("#")), "")
    _identity(found)
    return found


def are_recipients(keys: Sequence[str]) -> bool:
    """Are these public keys of age?"""
    try:
        _recipients(keys)
    except NoRecipient:
        return False
    return True


def _recipients(keys: Sequence[str]) -> list[pyrage.x25519.Recipient]:
    try:
        return [pyrage.x25519.Recipient.from_str(key) for key in keys]
    except pyrage.RecipientError:
        raise NoRecipient from None


def _identity(text: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        raise NoIdentity from None


def _meant(error: Exception) -> Exception:
    """What the library's failure means. Its words quote nothing of ours, and are of its own language."""
    if isinstance(error, pyrage.DecryptError) and "matching key" in str(error):
        return WrongIdentity()
    return DamagedBackup("it was cut off, or changed")


def _write(path: Path, stream: Iterator[bytes], keys: list[pyrage.x25519.Recipient]) -> str:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb") as file:
        source, sink = _Pulled(stream), _Hashed(file)
        try:
            pyrage.encrypt_io(source, sink, keys)
        except (pyrage.EncryptError, OSError) as error:
            raise (source.failure or sink.failure or error) from None
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # it is read again from the disk, where the system can
    return sink.digest.hexdigest()


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()


class _Failing:
    """What the library calls back: a failure of ours comes out as ours, not in the library's words."""

    failure: Exception | None = None

    def flush(self) -> None:
        """The file is flushed by whoever opened it."""


class _Pulled(_Failing):
    """A stream of pieces, read as a file is."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self._stream = stream
        self._rest = b""

    def read(self, most: int = -1) -> bytes:
        try:
            while not self._rest:
                self._rest = next(self._stream, b"")
                if not self._rest:
                    return b""
        except Exception as error:
            self.failure = error
            raise
        piece, self._rest = (self._rest, b"") if most < 0 else (self._rest[:most], self._rest[most:])
        return piece


class _Hashed(_Failing):
    def __init__(self, file: io.BufferedWriter) -> None:
        self._file = file
        self.digest = sha256()

    def write(self, piece: bytes) -> int:
        self.digest.update(piece)
        try:
            return self._file.write(piece)
        except OSError as error:
            self.failure = error
            raise


class _Source(_Failing):
    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file

    def read(self, most: int = -1) -> bytes:
        try:
            return self._file.read(most)
        except OSError as error:
            self.failure = error
            raise


class _Sink(_Failing):
    def __init__(self, reader: FrameReader) -> None:
        self._reader = reader

    def write(self, piece: bytes) -> int:
        try:
            return self._reader.write(piece)
        except Exception as error:
            self.failure = error
            raise
