"""The parts of the line as processes, and the phone in a terminal."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.cli.command import Failed, command, local_time, refuse_no_folder, settings, takes_root, worded_failures
from hotline.cli.parsing import Parser, parse
from hotline.config import Config, languages_in
from hotline.engine.times import DAY_MINUTES, EPOCH
from hotline.ports.queue import QUEUES

if TYPE_CHECKING:
    from hotline import watch


WATCH = tuple("--watch"[:letters] for letters in range(3, 8))
"""The option, and what of it is enough."""


def declare(commands: Any, quietly: Callable[[Callable[[], int]], int]) -> None:
    """`up`, `web`, `worker`, `clock`, `dial`. `quietly` runs what is handed in and turns errors into an exit code."""

    def process(main: Callable[[Config, argparse.Namespace], None]) -> Callable[[argparse.Namespace], int]:
        return lambda options: _process(lambda config: main(config, options), quietly)

    command(commands, "up", _up, "the whole line on this machine, as a demo; Ctrl-C ends it")
    web = command(commands, "web", process(_web), "processes of the line: answer whoever dials, the gateway, and the console")
    web.add_argument("door", nargs="?", choices=("callers", "console"), help="answer what comes by one door alone (default: both)")
    worker = command(commands, "worker", process(_worker), "one process of the line: sends and rings what waits in one queue")
    worker.add_argument("queue", choices=QUEUES, help="urgent: calls, and alerts of what is urgent; default: all else")
    command(commands, "clock", process(_clock), "one process of the line: opens and ends promises in time, and erases what is over")
    dialled = "a phone in the terminal, for a running demo: hotline dial '*123#'; or for the files as they lie: hotline dial --watch"
    command(commands, "dial", lambda _: 0, dialled)  # reads its own arguments, before this parser


def dial(arguments: Sequence[str]) -> int:
    """`hotline dial …` has a parser of its own: the demo's, or with --watch that of the files as they lie."""
    if any(argument in WATCH for argument in arguments):
        return _watch(arguments)
    options = parse(dial_parser(), arguments)
    from hotline.demo.dial import main

    return main(Path(os.environ.get("HOTLINE_VAR", "").strip() or "var") / "demo.json", options.code, options.caller, _keys(options.inputs))


def dial_parser() -> Parser:
    """What `hotline dial` takes without --watch."""
    parser = Parser(
        prog="hotline dial",
        description="A basic phone in the terminal. Type a key and Enter; Enter alone hangs up.",
    )
    parser.add_argument("code", metavar="CODE", help="what to dial, quoted: '*123#'")
    parser.add_argument("--inputs", metavar="KEYS", help="keys to play and print, with commas: 4,1,1")
    parser.add_argument(
        "--caller", metavar="WHO", help="who dials: an alias of the demo's, or a number in full (default: the first caller)"
    )
    parser.add_argument(
        "--watch", action="store_true", help="play the files as they lie, without a line that runs: hotline dial --watch --help"
    )
    return parser


def _keys(inputs: str | None) -> tuple[str, ...] | None:
    """What `--inputs` names; None where it is not given."""
    return None if inputs is None else tuple(inputs.split(",")) if inputs else ()


def _watch(arguments: Sequence[str]) -> int:
    from hotline import watch
    from hotline.engine.drafting.rehearsal import Rehearsal
    from hotline.engine.phone import limits
    from hotline.watch.world import Play

    languages = languages_in(os.environ)
    options = parse(watch_parser(languages), arguments)
    refuse_no_folder(options)
    fits = {("ussd", False): limits.USSD, ("ussd", True): limits.USSD_RAW, ("sms", False): limits.SMS, ("sms", True): limits.SMS_RAW}
    clock = local_time()
    minute = (clock.date() - EPOCH).days * DAY_MINUTES + clock.hour * 60 + clock.minute
    fit = fits[options.channel, options.raw]
    play = Play(options.root, languages, options.language, fit, Rehearsal(options.there, options.orders, minute), clock.date())
    keys = _keys(options.inputs)
    if keys is not None:
        return watch.play_inputs(play, keys, print)
    try:
        watch.watch(play, _echoed(watch.lines_of(sys.stdin.fileno())), lambda text: print(text, flush=True))
    except KeyboardInterrupt:
        print()
    return 0


def _echoed(read: watch.Read) -> watch.Read:
    """What comes from a pipe is shown; a terminal shows by itself what is typed."""
    if sys.stdin.isatty():
        return read

    def echo(seconds: float | None) -> str | None:
        line = read(seconds)
        if line is not None:
            print(f"> {line}")
        return line

    return echo


def watch_parser(languages: tuple[str, ...]) -> Parser:
    """What `hotline dial --watch` takes, on a line with these languages."""
    parser = Parser(
        prog="hotline dial --watch",
        description="A phone that plays the files as they lie and reads them anew whenever one is saved. "
        "It needs no line that runs, and keeps nothing.",
    )
    parser.add_argument("--watch", action="store_true", help=argparse.SUPPRESS)
    takes_root(parser)
    parser.add_argument("--language", choices=languages, default=languages[0], help="the language to begin in")
    parser.add_argument("--channel", choices=("ussd", "sms"), default="ussd", help="what the screens come by (default: ussd)")
    parser.add_argument("--raw", action="store_true", help="a network whose phones show every letter: nothing is folded")
    parser.add_argument("--there", choices=("somebody", "nobody", "unknown"), default="somebody", help="who could call")
    parser.add_argument("--orders", choices=("kept", "lost"), default="kept", help="what becomes of every order")
    parser.add_argument("--inputs", metavar="KEYS", help="keys to play and print, with commas: 4,1,1")
    return parser


def _up(_: argparse.Namespace) -> int:
    from hotline.up import CannotStart, up

    try:
        return up(os.environ)
    except CannotStart as error:
        raise Failed(str(error)) from None


def _web(config: Config, options: argparse.Namespace) -> None:
    from hotline.app import DOORS
    from hotline.up import CannotStart, listen
    from hotline.web import serve

    try:
        with listen(config.bind) as listening:
            serve(config, listening, (options.door,) if options.door else DOORS)
    except CannotStart as error:
        raise Failed(str(error)) from None
    except ValueError as error:
        raise Failed(f"HOTLINE_VAR: {error}") from None


def _worker(config: Config, options: argparse.Namespace) -> None:
    from redis.exceptions import RedisError

    from hotline.roles import work

    try:
        work(config, options.queue)
    except RedisError as error:
        raise Failed(f"HOTLINE_REDIS_URL: Redis does not answer ({type(error).__name__})") from None


def _clock(config: Config, _: argparse.Namespace) -> None:
    from hotline.roles import tick

    tick(config)


def _process(main: Callable[[Config], None], quietly: Callable[[Callable[[], int]], int]) -> int:
    """Run one process of the line. What has to be there first is looked after by a child: no connection is open, no parser loaded, when this one forks."""
    config = settings()
    from hotline.process_tree import Forked

    code = Forked(lambda: sys.exit(quietly(lambda: _prepare(config)))).wait()
    if code == 0:
        with worded_failures():
            main(config)
    return code


def _prepare(config: Config) -> int:
    from hotline.prepare import prepare

    with worded_failures():
        prepare(config)
    return 0
