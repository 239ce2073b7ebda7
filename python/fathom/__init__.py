"""Fathom: intrinsic dimension and label sharpness of data sets, exactly.

>>> import fathom
>>> fathom.MLE(n_neighbors=20).fit(X).dimension_          # doctest: +SKIP
>>> fathom.estimate_dimension(X, "all")                   # doctest: +SKIP
>>> fathom.label_sharpness(X, y)                          # doctest: +SKIP
>>> fathom.measure("/path/to/images")                     # doctest: +SKIP

docs/python.md in the source tree has more.
"""

from fathom import _core
from fathom._dimension import CalibratedValue, DimensionEstimate, DimensionEstimates, estimate_dimension
from fathom._errors import ConversionWarning, FathomError, InputError, InternalError, UsageError
from fathom._estimators import (
    ABIDE, ESS, MADA, MLE, MOM, MST, TLE, BinomialID, Calibrated, CorrInt, DANCo, DimensionEstimator, FisherS, Geodesic, GeoMLE, Gride,
    Hidalgo, KNNGraph, MiND_KL, MiND_ML, MLENoise, ParticipationRatio, TwoNN, TwoNNBayes, lPCA,
)
from fathom._measure import Measurement, measure
from fathom._neighbors import kneighbors_graph, nearest_neighbors
from fathom._published import compute_intrinsic_datadim, compute_intrinsic_reprdim, compute_labelsharpness
from fathom._sharpness import LabelPair, LabelSharpness, label_sharpness

__version__: str = _core.__version__

__all__ = [
    "ABIDE", "BinomialID", "Calibrated", "CalibratedValue", "ConversionWarning", "CorrInt", "DANCo", "DimensionEstimate", "DimensionEstimates", "DimensionEstimator", "ESS",
    "FathomError", "FisherS", "GeoMLE", "Geodesic", "Gride", "Hidalgo", "InputError", "InternalError", "KNNGraph", "LabelPair", "LabelSharpness", "MADA",
    "MLE", "MLENoise", "MOM", "MST", "Measurement", "MiND_KL", "MiND_ML", "ParticipationRatio", "TLE", "TwoNN", "TwoNNBayes", "UsageError", "compute_intrinsic_datadim",
    "compute_intrinsic_reprdim", "compute_labelsharpness", "estimate_dimension", "kneighbors_graph", "label_sharpness",
    "lPCA", "measure", "nearest_neighbors",
]
