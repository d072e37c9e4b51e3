"""The drawings of the line: everything is on them, they are Mermaid, and docs/graph.md holds them as they are now."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.cli import main
from hotline.cli.commands.operators.drawings import MADE_BY
from hotline.engine.drawing.graph import document, one_flow, section, whole_line
from hotline.engine.drawing.pieces import MOST_SCREENS
from hotline.engine.flow import RETURN, Ask, Branch, CallFlow, Condition, Do, Each, End, Item, Menu, Option, Say, Sources, Way, Where
from tests.content_line import ROOT
from tests.content_line import sources as line_sources
from tests.engine import trees

AT = Where("flows/test.yaml", 1)
NODE = r"s_[A-Za-z0-9_]*"
QUOTED = r'"(?:[^"<>#&`$\\]|<br/>|#(?:quot|lt|gt|amp|\d+);)*"'
SHAPE = rf"(?:\[{QUOTED}\]|\[\[{QUOTED}\]\]|\[/{QUOTED}/\]|\({QUOTED}\)|\(\({QUOTED}\)\)|\{{{QUOTED}\}}|\{{\{{{QUOTED}\}}\}}|\(\[{QUOTED}\]\)|>{QUOTED}\])(?::::[a-z]+)?"
GRAMMAR = re.compile(
    rf"%%\{{init: .*\}}%%|flowchart (?:TD|LR)|  (?:{NODE}|dial|wrong){SHAPE}|  (?:{NODE}|dial|wrong) -->(?:\|{QUOTED}\|)? {NODE}(?:{SHAPE})?|  classDef [a-z]+ [a-z0-9:#,]+"
)
"""What of Mermaid the drawings use, more narrowly than Mermaid takes it."""


def drawings(of: Sources) -> list[str]:
    return [whole_line(of), *(drawing for flow in of.flows for drawing in one_flow(of, flow.name).values())]


def strays(drawing: str) -> list[str]:
    """Lines that are no Mermaid, and arrows to a box that was never drawn."""
    lines = drawing.split("\n")
    drawn = {match[1] for line in lines for match in re.finditer(rf"({NODE}|dial|wrong){SHAPE}", line)}
    ends = {
        name for line in lines for name in re.findall(rf"^  ({NODE}|dial|wrong) -->|(?:-->|\|) ({NODE})$", line) for name in name if name
    }
    return [*(line for line in lines if not GRAMMAR.fullmatch(line)), *sorted(ends - drawn)]


def every_kind() -> Sources:
    screens = {
        "test.first": (
            Menu(
                (Option(1, "test.list", AT), Option(2, "test.order", AT, {}, (Condition("coverage", "free"),)), Option(3, "test.order", AT))
            ),
            'A "first"\n1 The list\n2 Call <me>\n3 Call #1',
        ),
        "test.list": (Each("regions", "region", "test.ask"), "Which?"),
        "test.ask": (Ask("phone", "phone", "test.choice"), "Number?"),
        "test.choice": (
            Branch(
                (
                    Way(
                        "test.say",
                        (
                            Condition("offered.morning", "no"),
                            Condition("offered.evening", "no"),
                            Condition("coverage", "none", negated=True),
                        ),
                        AT,
                    ),
                    Way("test.end", (), AT),
                )
            ),
            "",
        ),
        "test.say": (Say("test.care"), "Advice that is much longer than what anyone would want to read in a box"),
        "test.care": (CallFlow("other", "test.end"), ""),
        "test.order": (Do("open_callback", "test.say", "test.end", "now", urgent=True), ""),
        "test.end": (End(), "Bye"),
        "other.end": (Say(RETURN), "Other"),
    }
    return trees.sources(screens, items=(Item("regions", "bamako", "Bamako", {}, AT),))  # type: ignore[arg-type]


def test_a_drawing_shows_every_kind_with_its_keys_and_conditions() -> None:
    """Each screen has the shape of its kind and its first words; each edge its key, its option's words and what it depends on; quotes and brackets are escaped."""
    (drawing,) = one_flow(every_kind(), "test").values()
    assert drawing.split("\n")[1:] == [
        "flowchart TD",
        '  s_test_dfirst["first<br/>A #quot;first#quot;"]',
        '  s_test_dlist[["list<br/>Which?<br/>each of regions"]]',
        '  s_test_dask[/"ask<br/>Number?<br/>asks: phone"/]',
        '  s_test_dchoice{"choice"}',
        '  s_test_dsay("say<br/>Advice that is much longer than…")',
        '  s_test_dcare[["care<br/>runs other"]]:::other',
        '  s_test_dorder{{"order<br/>open_callback now urgent"}}:::order',
        '  s_test_dfirst -->|"1 The list"| s_test_dlist',
        '  s_test_dfirst -->|"2 Call #lt;me#gt;<br/>if coverage is free<br/>3 Call #35;1"| s_test_dorder',
        '  s_test_dlist -->|"a line"| s_test_dask',
        '  s_test_dask -->|"answer"| s_test_dchoice',
        '  s_test_dchoice -->|"if offered.morning, evening is no<br/>and coverage is not none"| s_test_dsay',
        '  s_test_dchoice -->|"else"| s_test_dchoice_tos_test_dend(["end<br/>Bye"]):::last',
        '  s_test_dsay -->|"8"| s_test_dcare',
        '  s_test_dcare -->|"then"| s_test_dcare_tos_test_dend(["end<br/>Bye"]):::last',
        '  s_test_dorder -->|"kept"| s_test_dsay',
        '  s_test_dorder -->|"lost"| s_test_dorder_tos_test_dend(["end<br/>Bye"]):::last',
        "  classDef order fill:#fde7d9,stroke:#b5541c,color:#222",
        "  classDef last fill:#e8e8e8,stroke:#555,color:#222",
        "  classDef other fill:#e3eefb,stroke:#2b6cb0,color:#222",
    ]
    assert strays(drawing) == []


def test_who_leads_where_names_the_keys() -> None:
    """Flows lead to each other by the key of the screen that it is pressed on; a called flow is one that is led to."""
    assert whole_line(every_kind()).split("\n")[1:] == [
        "flowchart LR",
        '  dial(("dial"))',
        '  wrong(("wrong key twice"))',
        '  s_test["test<br/>A #quot;first#quot;"]',
        '  s_other["other<br/>Other"]',
        "  dial --> s_test",
        '  wrong -->|"5"| s_test',
        '  s_test -->|"care calls"| s_other',
    ]


@pytest.mark.parametrize("name", [flow.name for flow in line_sources().flows])
def test_every_screen_of_the_line_is_drawn(name: str) -> None:
    """No screen of a flow is left out, however many drawings it takes, and each is a box of one of them only; last ones stand wherever they are led to."""
    flow = next(flow for flow in line_sources().flows if flow.name == name)
    boxes = re.findall(r"^  (s_\S+?)[\[({>]", "\n".join(one_flow(line_sources(), name).values()), re.MULTILINE)
    assert len(boxes) == len(set(boxes)) == sum(not isinstance(screen.kind, End) for screen in flow.screens)


def test_every_drawing_of_the_line_is_mermaid() -> None:
    """Each line is of the grammar that Mermaid was seen to draw, and nothing leads to a box that is not there."""
    assert [strays(drawing) for drawing in drawings(line_sources())] == [[] for _ in drawings(line_sources())]


def test_a_large_flow_is_cut_where_one_screen_leads_to_a_part_of_it() -> None:
    """What can be read is what fits: a part that is reached through one screen only is drawn by itself, and a door stands for it."""
    chains = {f"test.{name}{n}": (Say(f"test.{name}{n + 1}") if n < 8 else Say(), "Words") for name in ("a", "b", "c") for n in range(9)}
    of = trees.sources(
        {
            "test.first": (
                Menu((trees.option(1, "test.a0"), trees.option(2, "test.b0"), trees.option(3, "test.c0"))),
                "First\n1 A\n2 B\n3 C",
            ),
            **chains,
        }
    )
    found = one_flow(of, "test")
    assert list(found) == ["first", "b0", "c0"]
    assert '-->|"3 C"| s_test_dfirst_tos_test_dc0>"c0"]:::other' in found["first"]
    assert max(drawing.count('("') for drawing in found.values()) <= MOST_SCREENS


NAMES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True)


@given(
    st.lists(
        st.tuples(NAMES, st.text(max_size=60), st.sampled_from([Say(), End(), Ask("text", "a", "test.end")])),
        min_size=1,
        max_size=6,
        unique_by=lambda screen: screen[0],
    )
)
@settings(max_examples=60)
def test_whatever_words_and_names_there_are_it_stays_mermaid(screens: list[tuple[str, str, Say | End | Ask]]) -> None:
    """No name is one that Mermaid keeps for itself, no two names are drawn as one, no words break out of their box."""
    texts = {f"test.{name}": (kind, " ".join(text.split())) for name, text, kind in screens} | {"test.end": (End(), "end")}
    of = trees.sources(texts, start=next(iter(texts)))
    found = one_flow(of, "test")
    assert [strays(drawing) for drawing in found.values()] == [[] for _ in found]
    boxes = re.findall(r"^  (s_\S+?)[\[({>]", "\n".join(found.values()), re.MULTILINE)
    assert len(boxes) == len(set(boxes))


def test_the_page_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    """docs/graph.md is what its own first line says to type."""
    page = (ROOT / "docs" / "graph.md").read_text("utf-8")
    assert document(line_sources(), MADE_BY) == page
    assert f"`{MADE_BY}`" in page
    assert MADE_BY == "hotline content graph > docs/graph.md"
    assert main(["content", "graph"]) == 0
    assert capsys.readouterr().out == page


def test_one_flow_is_drawn_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """`hotline content graph FLOW` gives its part of the page; an unknown one is told which there are."""
    assert main(["content", "graph", "babies"]) == 0
    assert capsys.readouterr().out == section(line_sources(), "babies") + "\n"
    assert main(["content", "graph", "nothing"]) == 1
    assert "no flow is called nothing; there are about, " in capsys.readouterr().err


def test_a_screen_without_words_is_drawn_by_its_name() -> None:
    """A flow whose words are still to be written can be looked at."""
    of = trees.sources({"test.first": (Say(), "")})
    (drawing,) = one_flow(of, "test").values()
    assert '  s_test_dfirst("first")' in drawing
