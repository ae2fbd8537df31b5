"""Rings and money: what is drawn is what the table says, readable, and nothing is cut off."""

import functools
import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from sandbox import plots
from sandbox.errors import BadInput


def ring(customers=12, seed=0):
    """Edges of customers: some share devices and phones, all have an account of their own."""
    draw = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        rows += [
            (customer, "device", draw.integers(customers // 3)),
            (customer, "phone", draw.integers(customers)),
            (customer, "account", 50 + customer),
            (customer, "merchant", draw.integers(2)),
        ]
    edges = pd.DataFrame(rows, columns=["source_id", "target_kind", "target_id"])
    return edges.assign(source_kind="customer")


def loan(*ways, kinds=("transfer",)):
    """Paths of one loan from ways of (traced, (account, holder, hours), ...), hop 0 included."""
    rows = [
        {
            "path_id": path, "loan_id": 7, "hop": hop, "transfer_id": 100 * path + hop,
            "kind": "disbursement" if hop == 0 else kinds[path % len(kinds)],
            "from_account": way[hop - 1][0] if hop else 900, "to_account": account,
            "from_holder": way[hop - 1][1] if hop else "bank", "to_holder": holder,
            "event_time": 3 + hours / 24, "amount": traced, "traced": traced,
        }
        for path, (traced, *way) in enumerate(ways)
        for hop, (account, holder, hours) in enumerate(way)
    ]  # fmt: skip
    paths = pd.DataFrame(rows)
    given = pd.Series([sum(way[0] for way in ways)], [7], dtype=float)
    return SimpleNamespace(paths=paths, disbursed=given, hours=72.0, method="pro_rata")


HOME = (10, "person", 0)
SIMPLE = loan(
    (6000.0, HOME, (51, "broker", 5)), (1500.0, HOME, (50, "merchant", 30)), (500.0, HOME)
)
#: all colours of the legend, one account at two hops, both ways of keeping a part
MANY = loan(
    (7000.0, HOME, (20, "person", 1), (21, "person", 8), (51, "broker", 20)),
    (3000.0, HOME, (20, "person", 1), (22, "person", 4), (21, "person", 9), (51, "broker", 20)),
    (900.0, HOME, (20, "person", 1)),
    (400.0, HOME, (50, "merchant", 3), (10, "person", 31)),
    (2900.0, HOME, (50, "merchant", 3)),
    (800.0, HOME, (901, "bank", 36)),
    (1200.0, HOME),
    *((100.0 + n, HOME, (60 + n, "merchant", n + 0.5)) for n in range(9)),
)
_FAR = [(11 + n, "person", 9.9 * (n + 1)) for n in range(6)]
#: as many hops as are followed, and large sums of which a part is left at each
FAR = loan(*((90_000.0, HOME, *_FAR[: 6 - n]) for n in range(6)))


def half():
    """Axes with others beside them."""
    return plots.new_axes(10, 4.5, columns=2)[0]


DRAWN = {
    "small ring": lambda: plots.plot_ring(ring(3), title="a ring"),
    "ring": lambda: plots.plot_ring(ring(), members=range(8), title="a ring"),
    "large ring": lambda: plots.plot_ring(ring(36), members=range(30)),
    "simple money": lambda: plots.plot_money(SIMPLE),
    "much money": lambda: plots.plot_money(MANY),
    "far money": lambda: plots.plot_money(FAR),
    "half a page of ring": lambda: plots.plot_ring(
        ring(), half(), members=range(8), title="a ring"
    ),
    "half a page of money": lambda: plots.plot_money(MANY, half()),
}


@functools.cache  # drawing is what takes long here
def drawn(name):
    with plots.style():
        ax = DRAWN[name]()
        canvas = FigureCanvasAgg(ax.figure)
        canvas.draw()
    return ax, canvas


def by_gid(ax, start):
    return [a for a in ax.get_children() if (a.get_gid() or "").startswith(start)]


@pytest.mark.parametrize("name", DRAWN)
def test_every_text_lies_within_the_figure(name):
    ax, canvas = drawn(name)
    width, height = canvas.get_width_height()
    for text in [*ax.texts, *ax.get_legend().get_texts(), ax.title, ax._left_title]:
        box = text.get_window_extent()
        if text.get_text():
            assert box.x0 >= -1, text.get_text()
            assert box.y0 >= -1, text.get_text()
            assert box.x1 <= width + 1, text.get_text()
            assert box.y1 <= height + 1, text.get_text()


@pytest.mark.parametrize("name", DRAWN)
def test_the_legend_keeps_to_its_axes(name):
    ax, _ = drawn(name)
    legend, frame = ax.get_legend().get_window_extent(), ax.get_window_extent()
    assert frame.x0 - 1 <= legend.x0 < legend.x1 <= frame.x1 + 1
    boxes = [patch.get_window_extent() for patch in by_gid(ax, "box ")]
    assert not any(legend.overlaps(box) for box in boxes)


@pytest.mark.parametrize("name", DRAWN)
def test_no_text_lies_on_another(name):
    ax, _ = drawn(name)
    boxes = [(t.get_text(), t.get_window_extent().padded(-0.5)) for t in ax.texts]
    boxes += [(t.get_text(), t.get_window_extent()) for t in ax.get_legend().get_texts()]
    for (one, box), (other, where) in itertools.combinations(boxes, 2):
        assert not box.overlaps(where), (one, other)


@pytest.mark.parametrize("name", ["simple money", "much money", "far money"])
def test_words_fit_their_box(name):
    ax, _ = drawn(name)
    frames = [frame.get_window_extent() for frame in by_gid(ax, "box ")]
    words = [text for text in ax.texts if "\n" in text.get_text()]
    assert len(words) == len(frames)
    for text, frame in zip(words, frames, strict=True):
        box = text.get_window_extent()
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1 + 1, text.get_text()
        assert frame.y0 - 1 <= box.y0 < box.y1 <= frame.y1 + 1, text.get_text()


def test_a_ring_has_a_mark_a_node_and_a_line_an_edge():
    edges = pd.concat([ring(), ring().iloc[:5]])  # the same edge twice is one line
    ax = plots.plot_ring(edges)
    names = {("customer", c) for c in edges["source_id"]}
    names |= set(zip(edges["target_kind"], edges["target_id"], strict=True))
    assert {mark.get_gid() for mark in ax.collections[1:]} == {f"{k} {n}" for k, n in names}
    assert len(ax.collections) - 1 == len(names)
    assert len(ax.collections[0].get_segments()) == len(ring().drop_duplicates())


def test_what_is_shared_is_filled_and_named_and_the_rest_is_not():
    edges = ring()
    ax = plots.plot_ring(edges)
    users = edges.groupby(["target_kind", "target_id"])["source_id"].nunique()
    shared = {f"{kind} {name}" for kind, name in users.index[users > 1]}
    white = [1.0, 1.0, 1.0, 1.0]
    marks = [m for m in ax.collections[1:] if not m.get_gid().startswith("customer")]
    assert {m.get_gid() for m in marks if m.get_facecolor()[0].tolist() != white} == shared
    assert len(ax.texts) == len(shared) + edges["source_id"].nunique()


def test_marks_keep_apart():
    ax, _ = drawn("large ring")
    at = np.array([mark.get_offsets()[0] for mark in ax.collections[1:]])
    across = np.array([mark.get_sizes()[0] ** 0.5 / 72 for mark in ax.collections[1:]])
    gap = np.linalg.norm(at[:, None] - at[None], axis=2) - (across[:, None] + across[None]) / 2
    np.fill_diagonal(gap, np.inf)
    assert gap.min() > 0


def test_members_and_honest_customers_differ():
    ax = plots.plot_ring(ring(), members=range(8))
    colour = {m.get_gid(): tuple(m.get_facecolor()[0]) for m in ax.collections[1:]}
    assert len({colour[f"customer {n}"] for n in range(8)}) == 1
    assert {colour[f"customer {n}"] for n in range(8)}.isdisjoint(
        {colour[f"customer {n}"] for n in range(8, 12)}
    )
    said = [text.get_text() for text in ax.get_legend().get_texts()]
    assert said[:2] == ["ring member", "honest customer"]
    assert "honest customer" not in [
        text.get_text()
        for text in plots.plot_ring(ring(), members=range(12)).get_legend().get_texts()
    ]


def test_an_applicant_has_a_colour_of_its_own_and_words_name_the_others():
    ax = plots.plot_ring(ring(), members=[1, 2], applicant=5, words=("caught", "not caught"))
    told = [text.get_text() for text in ax.get_legend().get_texts()]
    assert told[:3] == ["applicant", "caught", "not caught"]
    of = {name: by_gid(ax, f"customer {name}")[0].get_facecolor()[0].tolist() for name in (1, 5, 7)}
    assert len({tuple(colour) for colour in of.values()}) == 3
    with pytest.raises(BadInput, match="member 99 is on no edge"):
        plots.plot_ring(ring(), applicant=99)


def test_the_same_ring_is_drawn_the_same():
    one, other = (plots.plot_ring(ring()).collections[1:] for _ in range(2))
    for a, b in zip(one, other, strict=True):
        assert np.array_equal(a.get_offsets(), b.get_offsets())


def test_bands_are_as_wide_as_their_money():
    ax = plots.plot_money(MANY)
    bands = by_gid(ax, "band ")
    # at either end: the difference of the corners' heights
    wide = np.array(
        [[v[0, 1] - v[7, 1], v[3, 1] - v[4, 1]] for v in (b.get_path().vertices for b in bands)]
    )
    money = np.array([float(band.get_gid().split()[1]) for band in bands])
    np.testing.assert_allclose(wide / money[:, None], wide[0, 0] / money[0])
    paths = MANY.paths
    assert money.sum() == pytest.approx(paths.loc[paths["hop"] > 0, "traced"].sum(), abs=0.1)


def test_there_is_a_box_an_account_and_hop_and_small_ones_are_one():
    ax = plots.plot_money(MANY)
    boxes = [box.get_gid() for box in by_gid(ax, "box ")]
    assert len(boxes) == len(set(boxes))
    hop_one = [box for box in boxes if box.startswith("box 1 ")]
    assert len(hop_one) == 6
    assert "box 1 others" in hop_one
    assert len(plots.plot_money(SIMPLE).texts) == 3 + 2 + 2  # boxes, bands, heads


def test_boxes_say_who_how_much_and_when():
    said = [text.get_text() for text in plots.plot_money(SIMPLE).texts]
    assert "borrower\n8,000\n500 unseen" in said
    assert "broker\n6,000 · 75%" in said
    assert {"5.0 h", "30 h", "disbursed", "hop 1"} <= set(said)


def test_only_what_may_have_gone_on_is_dashed():
    stubs = by_gid(plots.plot_money(MANY), "unseen")
    # the borrower and the first person; a shop that keeps a part is no loss of sight
    assert len(stubs) == 2
    assert len(by_gid(plots.plot_money(FAR), "unseen")) == 5
    assert not by_gid(plots.plot_money(loan((9.0, HOME, (50, "merchant", 2)))), "unseen")


def test_an_axes_of_the_caller_is_drawn_on():
    left, right = plots.new_axes(12, 5, columns=2)
    assert plots.plot_money(SIMPLE, left) is left
    assert plots.plot_ring(ring(), right) is right


@pytest.mark.parametrize(
    ("edges", "members", "words"),
    [
        (ring().drop(columns="target_id"), None, "edges lack target_id"),
        (ring().iloc[:0], None, "edges join 0 nodes; pass from 1 to 150"),
        (ring(80), None, r"edges join \d+ nodes"),
        (ring().assign(target_kind="boat"), None, "kind 'boat' is unknown"),
        (ring(), [3, 99], "member 99 is on no edge"),
    ],
)
def test_what_is_no_ring_is_refused_in_a_sentence(edges, members, words):
    with pytest.raises(BadInput, match=words):
        plots.plot_ring(edges, members=members)


def test_several_loans_or_none_are_not_one_picture():
    several = SimpleNamespace(**{**vars(SIMPLE), "disbursed": pd.Series([1.0, 2.0])})
    with pytest.raises(BadInput, match=r"traced holds 2 loans; .* traced.of\(loan\)"):
        plots.plot_money(several)
