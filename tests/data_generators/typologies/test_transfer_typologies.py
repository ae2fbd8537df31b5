"""Each typology of transfers has its shape, moves money without making any, and is keyed."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pytest

from data_generators import InvalidInput, scenarios
from data_generators.customers import draw_traits
from data_generators.fund_flows.accounts import CASH, draw_accounts
from data_generators.fund_flows.movements import CHANNELS, KINDS, REFERENCES
from data_generators.fund_flows.stage import Stage
from data_generators.scenarios.flows import OF_TRANSFERS
from data_generators.streams import BLOCK, Block, Streams
from data_generators.typologies.laundering.shape import Shape, flow, layers, walk
from data_generators.typologies.manner import WORDS, Manner
from data_generators.typologies.transfers import TRANSFERS

every_typology = pytest.mark.parametrize("typology", TRANSFERS, ids=[t.name for t in TRANSFERS])
BY_NAME = {typology.name: typology for typology in TRANSFERS}
COUNT = 400


def block(seed=5):
    return Streams(seed, Block(0, 0, BLOCK))


def stage_of(streams, camouflage=0.5, end=3_650.0):
    traits = draw_traits(scenarios.online_rental, streams)
    accounts = draw_accounts(traits.business, np.ones(BLOCK, dtype=bool), 0.9, streams)
    stage = Stage(
        start=0.0, end=end, income=traits.income, buffer=traits.buffer, turnover=traits.turnover,
        business=traits.business, accounts=accounts, circle=np.zeros((BLOCK, 4), dtype=int),
        camouflage=camouflage,
    )  # fmt: skip
    return replace(stage, circle=stage.people(streams.shared("circle", 4 * BLOCK).reshape(-1, 4)))


@pytest.fixture(scope="module")
def stage():
    return stage_of(block())


def shapes_of(typology, count=COUNT):
    return typology.shape(block().shared(f"any_{typology.name}", 4 * count).reshape(count, 4))


@dataclass(frozen=True)
class Graph:
    """The roles of one case, and who pays whom, in order of steps."""

    edges: list

    @property
    def roles(self):
        return {role for edge in self.edges for role in edge}

    @property
    def pays(self):
        return Counter(source for source, _ in self.edges)

    @property
    def paid(self):
        return Counter(target for _, target in self.edges)

    @property
    def first(self):
        """Roles that only pay."""
        return self.roles - set(self.paid)

    @property
    def last(self):
        """Roles that are only paid."""
        return self.roles - set(self.pays)

    @property
    def between(self):
        return self.roles - self.first - self.last


def graphs(shape):
    """Each case as a graph of its roles."""
    for row in range(len(shape.roles)):
        there = shape.there[row]
        order = np.argsort(shape.step[row, there], kind="stable")
        ends = np.stack([shape.source[row, there], shape.target[row, there]], axis=1)[order]
        yield Graph([tuple(edge) for edge in ends.tolist()])


def cases_of(movements):
    order = np.argsort(movements.case, kind="stable")
    _, starts = np.unique(movements.case[order], return_index=True)
    return [movements.take(rows) for rows in np.split(order, starts[1:])]


def finished(movements, stage):
    """Cases that began long before the window's end, where the last payments may be missing."""
    return [case for case in cases_of(movements) if case.time.min() < stage.end - 300]


def waits(case):
    """Days that one payee waits before passing on; days from first to last where several do."""
    if case.hop.max() == 0 or len(np.unique(case.target[case.hop == 0])) > 1:
        return np.ptp(case.time)
    return case.time[case.hop == 1].min() - case.time[case.hop == 0].max()


def test_the_catalogue_has_them_in_the_order_of_their_codes():
    assert tuple(t.name for t in TRANSFERS) == OF_TRANSFERS
    assert [t.code for t in TRANSFERS] == list(range(1, 12))
    assert {t.denominator for t in TRANSFERS} == {"transfers"}


def test_fan_in_has_one_payee_and_fan_out_one_payer():
    for graph in graphs(shapes_of(BY_NAME["fan_in"])):
        assert len(graph.last) == 1
        assert len(graph.first) == len(graph.edges) >= 3
    for graph in graphs(shapes_of(BY_NAME["fan_out"])):
        assert len(graph.first) == 1
        assert len(graph.last) == len(graph.edges) >= 3


def test_a_cycle_returns_to_its_origin():
    for graph in graphs(shapes_of(BY_NAME["cycle"])):
        assert graph.edges[0][0] == graph.edges[-1][1]
        assert set(graph.pays.values()) == set(graph.paid.values()) == {1}
        assert len(graph.roles) == len(graph.edges) >= 3


def test_a_bipartite_block_and_a_stack_are_full():
    for graph in graphs(shapes_of(BY_NAME["bipartite"])):
        assert not graph.between
        assert len(graph.first) >= 2
        assert len(graph.last) >= 2
        assert set(graph.edges) == {(a, b) for a in graph.first for b in graph.last}
    for graph in graphs(shapes_of(BY_NAME["stack"])):
        up = {(a, b) for a in graph.first for b in graph.between}
        down = {(a, b) for a in graph.between for b in graph.last}
        assert set(graph.edges) == up | down
        assert len(graph.between) >= 2


def test_a_random_walk_goes_on_from_where_it_is():
    shape = shapes_of(BY_NAME["random"])
    follows = shape.there[:, 1:]
    assert (shape.source[:, 1:] == shape.target[:, :-1])[follows].all()
    assert len({tuple(row) for row in shape.target.tolist()}) > COUNT / 2
    visits = [max(graph.paid.values()) for graph in graphs(shape)]
    assert np.mean(np.array(visits) >= 2) > 0.5


def test_scatter_gather_is_a_diamond_and_gather_scatter_an_hourglass():
    for graph in graphs(shapes_of(BY_NAME["scatter_gather"])):
        (origin,), (end,) = graph.first, graph.last
        assert graph.pays[origin] == graph.paid[end] == len(graph.between) >= 2
        assert all(graph.pays[v] == graph.paid[v] == 1 for v in graph.between)
    for graph in graphs(shapes_of(BY_NAME["gather_scatter"])):
        (middle,) = graph.between
        assert graph.paid[middle] == len(graph.first) >= 2
        assert graph.pays[middle] == len(graph.last) >= 2


def test_a_mule_chain_has_two_to_five_hops():
    chains = list(graphs(shapes_of(BY_NAME["mule_chain"])))
    assert {len(graph.edges) for graph in chains} == {2, 3, 4, 5}
    assert all(len(graph.roles) == len(graph.edges) + 1 for graph in chains)


@every_typology
def test_what_an_account_passes_on_has_arrived_before(typology, stage):
    movements = typology.cases(stage, COUNT, block())
    assert len(np.unique(movements.case)) > 0.98 * COUNT
    cases = finished(movements, stage)
    assert len(cases) > 0.8 * COUNT
    for case in cases:
        for hop in range(1, int(case.hop.max()) + 1):
            for account in np.unique(case.source[case.hop == hop]):
                if account == CASH:  # notes have no name: two of a case may be in the same till
                    continue
                came = (case.target == account) & (case.hop == hop - 1)
                went = (case.source == account) & (case.hop == hop)
                assert came.any()
                assert case.time[went].min() > case.time[came].max()
                assert case.amount[went].sum() <= case.amount[came].sum()


@every_typology
def test_what_is_kept_at_a_hop_is_a_fee_and_what_was_rounded_off(typology, stage):
    for case in finished(typology.cases(stage, COUNT, block()), stage)[:100]:
        for hop in range(1, int(case.hop.max()) + 1):
            for account in np.unique(case.source[case.hop == hop]):
                came = case.amount[(case.target == account) & (case.hop == hop - 1)].sum()
                went = (case.source == account) & (case.hop == hop)
                if account != CASH:
                    edges = len(np.unique(case.target[went]))
                    # A fee of twice the mean of 6%, and up to a hundred RMB rounded off an edge.
                    assert case.amount[went].sum() >= 0.87 * came - 10_000 * edges - edges


@every_typology
def test_movements_are_whole_and_have_a_customer_at_one_end(typology, stage):
    for batch in (
        typology.cases(stage, COUNT, block()),
        typology.look_alikes(stage, COUNT, block()),
    ):
        assert (batch.amount >= 1).all()
        assert (batch.amount == np.floor(batch.amount)).all()
        assert ((batch.source < BLOCK) | (batch.target < BLOCK)).all()
        assert (batch.source != batch.target).all()
        assert ((batch.time >= stage.start) & (batch.time < stage.end)).all()
        by_app = batch.channel == CHANNELS.index("app")
        assert ((batch.device >= 0) == (by_app & (batch.source < BLOCK))).all()


@every_typology
def test_cases_are_keyed_and_do_not_depend_on_how_many_there_are(typology, stage):
    few, many = (typology.cases(stage, n, block()) for n in (50, 120))
    same = many.take(many.case < 50)
    for name, values in vars(few).items():
        order, other = np.lexsort((few.time, few.case)), np.lexsort((same.time, same.case))
        assert (values[order] == getattr(same, name)[other]).all(), name
    assert len(typology.cases(stage, 0, block())) == 0
    other = typology.cases(stage_of(block(6)), 50, block(6))
    assert not np.array_equal(np.sort(other.amount), np.sort(few.amount))


@every_typology
def test_fraud_and_what_looks_like_it_are_told_apart_in_the_truth_only(typology, stage):
    fraud = typology.cases(stage, COUNT, block())
    like = typology.look_alikes(stage, 3 * COUNT, block())
    assert (fraud.typology == typology.code).all()
    assert (fraud.look_alike == 0).all()
    assert (like.look_alike == typology.code).all()
    assert (like.typology == 0).all()
    assert (like.case == -1).all()
    assert (like.hop == 0).all()
    for words, some in (("kind", KINDS), ("channel", CHANNELS), ("reference", REFERENCES)):
        seen = [np.bincount(getattr(b, words), minlength=len(some)) > 4 for b in (fraud, like)]
        assert (seen[0] <= (np.bincount(getattr(like, words), minlength=len(some)) > 0)).all()


@every_typology
def test_the_transfers_of_a_case_are_as_many_as_is_said(typology, stage):
    year = replace(stage, end=365.0)
    made = len(typology.cases(year, 2_000, block())) / 2_000
    assert abs(made / typology.transfers_a_case - 1) < 0.08


@every_typology
def test_a_case_has_no_common_amount_or_time(typology, stage):
    cases = [c for c in cases_of(typology.cases(stage, COUNT, block())) if len(c) > 2]
    same_time = [len(np.unique(case.time)) < len(case) for case in cases]
    same_amount = [len(np.unique(case.amount)) == 1 for case in cases]
    assert not any(same_time)
    assert np.mean(same_amount) < 0.10


@every_typology
def test_camouflage_takes_the_signs_away(typology):
    """Money waits less and sums are larger in an open case than in a hidden one."""
    streams = block()
    amounts, days = [], []
    for camouflage in (0.0, 0.5, 0.8):
        batch = typology.cases(stage_of(streams, camouflage), 2_000, streams)
        amounts.append(np.median(batch.amount))
        days.append(np.median([waits(case) for case in cases_of(batch) if len(case) > 1]))
    assert amounts[0] > amounts[1] > amounts[2]
    assert days[0] < days[1] < days[2]


def test_flow_makes_no_money():
    rng = np.random.default_rng(1)
    shape = layers(np.array([[2, 3, 2], [1, 1, 1]]), (2, 3, 2))
    placed = np.zeros((2, shape.most_roles))
    placed[0, :2], placed[1, 0] = (50_000.0, 30_000.0), 777.0
    weight, kept = rng.random(shape.step.shape), 0.2 * rng.random(placed.shape)
    amount = flow(shape, placed, weight, kept, np.ones(shape.step.shape))
    for case, total in enumerate((80_000.0, 777.0)):
        by_step = [amount[case, shape.step[case] == step].sum() for step in (0, 1)]
        assert total - 6 < by_step[0] <= total
        assert 0.8 * by_step[0] - 6 < by_step[1] <= by_step[0]


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda: layers(np.array([[0, 1]]), (1, 1)),
        lambda: layers(np.array([[5, 1]]), (4, 1)),
        lambda: layers(np.array([[1]]), (1,)),
        lambda: walk(np.array([[0]])),
        lambda: walk(np.array([[0, 0]])),
        lambda: Shape(np.zeros((1, 2)), np.ones((1, 1)), np.ones((1, 1)), np.ones(1)),
        lambda: Manner(kept=1.2),
        lambda: Manner(wait=0.0),
        lambda: Manner(parts=3.0),
        lambda: Manner(words="gibberish"),
        lambda: replace(TRANSFERS[0], name="bank_robbery"),
        lambda: replace(TRANSFERS[0], covers=()),
        lambda: replace(TRANSFERS[0], outside=1.5),
    ],
)
def test_nonsense_is_refused(nonsense):
    with pytest.raises(InvalidInput):
        nonsense()


def test_words_have_a_weight_for_every_reference():
    assert {len(weights) for weights in WORDS.values()} == {len(REFERENCES)}
