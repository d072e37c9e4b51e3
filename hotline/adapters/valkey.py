"""Redis or Valkey as the line's short memory: sealed values under hashed keys, all of which may be lost at any moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.exceptions import ConnectionError as NotReached
from redis.exceptions import TimeoutError as TooLate
from redis.retry import Retry

from hotline.adapters.keys.seal import Seal, SealBroken
from hotline.engine.times import DAY_SECONDS
from hotline.ports.memory import MarkerLookup, MemoryAway, Press, Recalled, SessionMarker

HEARD_SECONDS: Final = DAY_SECONDS
REST_SECONDS: Final = 1.0

HEAR: Final = """
local place = redis.call('GET', KEYS[2])
if place then return redis.call('LRANGE', KEYS[1], 0, place - 1) end
if ARGV[4] == '1' then redis.call('DEL', KEYS[1]) end
place = redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], place, 'EX', ARGV[3])
return redis.call('LRANGE', KEYS[1], 0, -1)
"""
"""One step on the server, so that two messages at once neither vanish nor swap."""

PRESS: Final = """
local size = redis.call('LLEN', KEYS[1])
local heard = size > 0 and redis.call('GET', KEYS[2])
if heard then
  local what, place = string.match(heard, '^(%x+) (%d+)$')
  if what == ARGV[1] and tonumber(place) <= size then return redis.call('LRANGE', KEYS[1], 0, place - 1) end
end
if size == 0 then
  for each = 5, #ARGV do size = redis.call('RPUSH', KEYS[1], ARGV[each]) end
elseif ARGV[2] ~= '' then
  size = redis.call('RPUSH', KEYS[1], ARGV[2])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
if ARGV[1] ~= '' then redis.call('SET', KEYS[2], ARGV[1] .. ' ' .. size, 'EX', ARGV[4]) end
return redis.call('LRANGE', KEYS[1], 0, -1)
"""
"""What is heard is told by a digest: sealed, the same text differs each time. A place beyond the list is one of a list before it, under the same name."""

DISTINCT: Final = """
if redis.call('SADD', KEYS[1], ARGV[1]) == 1 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return redis.call('SCARD', KEYS[1])
"""

BEGIN: Final = """
local stands = redis.call('GET', KEYS[1])
if not stands then redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2]) end
return stands
"""
"""`SET … NX GET` would do from Redis 7 on."""

VOUCHED: Final = "vouched"
VOUCHED_SECONDS: Final = DAY_SECONDS


def connect(url: str, budget_ms: int) -> Redis:
    """A client whose every wait ends after `budget_ms` and that tries once. Connects when first used; safe between threads and over a fork."""
    budget = budget_ms / 1000
    # RESP2, no library's name, no health check: nothing is said on a fresh connection before the command itself.
    return Redis.from_url(
        url,
        socket_timeout=budget,
        socket_connect_timeout=budget,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
        protocol=2,
        driver_info=None,
    )


def lets_in(url: str, budget_ms: int) -> bool:
    """Does the server answer whoever names no user and no password? Raises MemoryAway where it is not reached so."""
    client = connect(url, budget_ms)
    for credential in ("username", "password"):
        client.connection_pool.connection_kwargs.pop(credential, None)
    try:
        client.ping()
    except AuthenticationError:
        return False
    except (NotReached, TooLate):
        raise MemoryAway from None
    except RedisError:  # it took us for somebody who may not ask this
        return True
    finally:
        client.close()
    return True


def socket_path(url: str) -> Path | None:
    """The Unix socket that this address names. Returns None where it names a port."""
    path = connect(url, 1).connection_pool.connection_kwargs.get("path")
    return None if path is None else Path(path)


class Breaker:
    """Leaves Redis alone for a second after it failed, so that a dead one delays no hop. Shared by all threads of a process."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, rest: float = REST_SECONDS) -> None:
        self._monotonic = monotonic
        self._rest = rest
        self._lock = threading.Lock()
        self._resting_until: float | None = None

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Run a piece of work with Redis. Raises MemoryAway, without a message, for whatever Redis answered, and at once while it rests."""
        self._ask()
        try:
            yield
        except (NotReached, TooLate):
            with self._lock:
                self._resting_until = self._monotonic() + self._rest
            raise MemoryAway from None
        except RedisError:  # it answered, and refused: costs no time, so that nothing need rest
            raise MemoryAway from None
        with self._lock:
            self._resting_until = None

    def _ask(self) -> None:
        with self._lock:
            if self._resting_until is None:
                return
            now = self._monotonic()
            if now < self._resting_until:
                raise MemoryAway
            # One asks, the others go on without: else all would wait for the budget at once.
            self._resting_until = now + self._rest


class ValkeyMemory:
    """`hotline.ports.memory.Memory`."""

    def __init__(self, client: Redis, seal: Seal, breaker: Breaker | None = None) -> None:
        self._client = client
        self._seal = seal
        self._breaker = breaker or Breaker()
        self._hear = client.register_script(HEAR)
        self._press = client.register_script(PRESS)
        self._distinct = client.register_script(DISTINCT)
        self._begin = client.register_script(BEGIN)

    def recall(self, session: str) -> Recalled:
        key = self._key("facts", session)
        with self._guard():
            sealed, marker = cast("list[bytes | None]", self._client.mget(key, self._key("began", session)))
        try:
            return Recalled(None if sealed is None else self._seal.open(sealed, key), _marker(marker))
        except SealBroken:  # a key of ours that is gone: as if it had expired
            return Recalled(None, _marker(marker))

    def remember(self, session: str, facts: bytes, seconds: int) -> None:
        key = self._key("facts", session)
        with self._guard():
            self._client.set(key, self._seal.seal(facts, key), ex=seconds)

    def first(self, session: str, about: str, value: bytes, seconds: int) -> bytes:
        key = self._key("first", f"{session}|{about}")
        with self._guard():
            stands = cast("bytes | None", self._client.set(key, self._seal.seal(value, key), nx=True, get=True, ex=seconds))
        try:
            return value if stands is None else self._seal.open(stands, key)
        except SealBroken:
            return value

    def hear(self, session: str, message: str, text: str, seconds: int, *, anew: bool = False) -> tuple[str, ...]:
        inputs, heard = self._key("inputs", session), self._key("heard", message)
        sealed = self._seal.seal(text.encode(), inputs)
        with self._guard():
            answer = cast("list[bytes]", self._hear(keys=(inputs, heard), args=(sealed, seconds, HEARD_SECONDS, int(anew))))
        try:
            return tuple(self._seal.open(sealed, inputs).decode() for sealed in answer)
        except SealBroken:
            # Half a conversation would lead to another screen. Unhear it all: the gateway comes again, to a new one.
            with self._guard():
                self._client.delete(inputs, heard)
            raise MemoryAway from None

    def press(self, session: str, press: Press, seconds: int) -> tuple[str, ...]:
        inputs = self._key("inputs", session)
        what, life = (f"hop {press.hop}", seconds) if press.hop else (f"text {press.text}", press.again)
        heard = self._key("pressed", f"{session}|{press.hop}")
        digest = self._seal.digest("pressed", what).hex() if press.hop or press.text is not None else ""
        text, *whole = (b"" if text is None else self._seal.seal(text.encode(), inputs) for text in (press.text, *press.whole))
        with self._guard():
            answer = cast("list[bytes]", self._press(keys=(inputs, heard), args=(digest, text, seconds, life, *whole)))
        try:
            return tuple(self._seal.open(sealed, inputs).decode() for sealed in answer)
        except SealBroken:  # as in `hear`: what is lost in part is lost
            with self._guard():
                self._client.delete(inputs)
            raise MemoryAway from None

    def affirm(self, session: str, first: str) -> None:
        inputs = self._key("inputs", session)
        with self._guard():
            self._client.lset(inputs, 0, cast("str", self._seal.seal(first.encode(), inputs)))

    def linger(self, session: str, seconds: int) -> None:
        with self._guard():
            self._client.expire(self._key("pressed", f"{session}|"), seconds)

    def distinct(self, name: str, member: str, seconds: int) -> int:
        key, hashed = self._key("distinct", name), self._seal.digest("member", member)
        with self._guard():
            return int(self._distinct(keys=(key,), args=(hashed, seconds)))

    def begin(self, session: str, edition: int, seconds: int) -> SessionMarker | None:
        with self._guard():
            stands = cast("bytes | None", self._begin(keys=(self._key("began", session),), args=(f"{edition}?", seconds)))
        return _marker(stands)

    def settle(self, session: str, edition: int, seconds: int) -> None:
        with self._guard():
            self._client.set(self._key("began", session), edition, ex=seconds)

    def began(self, session: str) -> MarkerLookup:
        with self._guard():
            marker, since = cast("list[bytes | None]", self._client.mget(self._key("began", session), VOUCHED))
        return MarkerLookup(_marker(marker), None if since is None else int(since))

    def vouch(self, at: int) -> None:
        with self._guard(), self._client.pipeline(transaction=False) as both:
            both.set(VOUCHED, at, nx=True)
            both.expire(VOUCHED, VOUCHED_SECONDS)
            both.execute()

    def forget(self, session: str) -> None:
        with self._guard():
            self._client.delete(self._key("inputs", session))

    def ping(self) -> None:
        with self._guard():
            self._client.ping()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        if self._seal.is_dropped:
            raise MemoryAway
        with self._breaker.guard():
            yield

    def _key(self, kind: str, name: str) -> str:
        return f"{kind}:{self._seal.digest(kind, name).hex()}"


def _marker(stands: bytes | None) -> SessionMarker | None:
    """A marker is a number of ours under a hashed name: it tells nothing of a caller and lies plain. A question mark behind it: not sure."""
    return None if stands is None else SessionMarker(int(stands.rstrip(b"?")), not stands.endswith(b"?"))
