"""The numbers of docs/migrating.md are those that its calls give."""

import json
import pathlib
import re

import numpy as np
import pytest

import fathom

DOCS = pathlib.Path(__file__).parents[2] / "docs"


def test_migrating_from_scikit_dimension(shared):
    manifold = json.loads((shared / "golden" / "manifolds.json").read_text())["manifolds"]["M1_Sphere"]
    points = np.load(shared / "golden" / "manifolds" / manifold["file"])
    text = (DOCS / "migrating.md").read_text()
    rows = re.findall(r"^\| `(\w+)\(\)` \| ([\d.]+) \| `(.+?)` \| ([\d.]+) \|", text, re.MULTILINE)
    assert len(rows) == 13
    estimators = [eval(f"fathom.{ours}", {"fathom": fathom}) for _, _, ours, _ in rows]
    estimates = fathom.estimate_dimension(points, {one._name for one in estimators}, intervals=False)
    for (theirs, their_value, ours, our_value), estimator in zip(rows, estimators):
        assert manifold["scikit_dimension"][theirs]["value"] == pytest.approx(float(their_value), abs=5e-7), theirs
        found = estimates.select(estimator._name, estimator._choice()[0])
        assert found.value == pytest.approx(float(our_value), abs=6e-7), ours


def test_every_class_is_in_the_documentation():
    text = (DOCS / "python.md").read_text()
    assert all(f"`{name}`" in text for name in fathom.__all__ if isinstance(getattr(fathom, name), type)
               and issubclass(getattr(fathom, name), fathom.DimensionEstimator) and name != "DimensionEstimator")
