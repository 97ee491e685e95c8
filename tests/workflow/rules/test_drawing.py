"""The order of a lot: the same for the same seed, whatever the order of the names, and about even."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from workflow.rules.drawing import class_name, digest, inspector_name, lot, ranked

NUMBER = "410400-2026-000001"
NAMES = st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=30)


@given(st.text(max_size=20), NAMES, st.randoms())
def test_the_order_depends_on_the_seed_and_not_on_how_the_names_come(
    seed: str, names: list[str], chance: object
) -> None:
    shuffled = list(names)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    order = ranked(lot(seed, None), names)
    assert ranked(lot(seed, None), shuffled) == order
    assert sorted(order) == sorted(names)


@given(st.text(max_size=20), NAMES.filter(lambda names: len(names) > 1))
def test_whoever_leaves_changes_nothing_of_the_order_of_the_others(seed: str, names: list[str]) -> None:
    order = ranked(seed, names)
    assert ranked(seed, order[1:]) == order[1:]


def test_every_class_comes_first_about_as_often_as_the_others() -> None:
    names = [class_name(f"410400-2026-{number:06}", 1) for number in range(8)]
    draws = 4_000
    first = Counter(ranked(lot(str(seed), None), names)[0] for seed in range(draws))
    expected = draws / len(names)
    # Chi-squared with 7 degrees of freedom: 24.3 is passed by chance once in a thousand; the seeds are fixed.
    assert sum((first[name] - expected) ** 2 / expected for name in names) < 24.3


def test_each_class_has_an_order_of_inspectors_of_its_own() -> None:
    logins = ("inspector", "inspector2", "inspector3", "inspector4")
    orders = {
        tuple(
            name.rpartition("|")[2]
            for name in ranked(
                "seed", [inspector_name("410400-2026-000001", number, each) for each in logins]
            )
        )
        for number in range(1, 30)
    }
    assert len(orders) > 10


def test_a_number_made_known_in_public_is_mixed_in() -> None:
    assert lot("a", "b") == "a|b"
    assert lot("a", None) == "a|"
    # As anybody computes it with another tool: SM3 of these very characters.
    assert digest("a|", "class|410400-2026-000001|1") == (
        "5d260de793bc646f6e1eceb3db9a4676ee4c2ec1945fd77c2a283bf654c1fc31"
    )
