"""How documents are written: one way, whichever library writes them."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from workflow.persistence.types import canonical

documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(documents)
def test_a_document_is_written_to_the_letter_as_the_standard_library_writes_it(document: object) -> None:
    assert canonical(document) == json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def test_half_a_surrogate_pair_is_written_too() -> None:
    assert canonical({"a": "\ud800"}) == '{"a":"\ud800"}'
