"""Columns scaled, imputed and one-hot encoded by scikit-learn in double precision: writes columns.json beside itself.

129 rows and 17 quantiles: the places of the quantiles are then exact in binary, so that rounding decides nothing among ties.

Run: python test/reference/columns.py (needs scikit-learn; made with 1.9.1). The tests read the JSON only.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, QuantileTransformer, StandardScaler

generator = np.random.default_rng(20261123)

columns = {
    "normal": generator.normal(40, 12, 129).round(3),
    "ties": generator.integers(0, 6, 129).astype(float),
    "amounts": generator.lognormal(4, 2, 129).round(2),
    "constant": np.full(7, 0.1),
    "two": np.array([3.0, -1.0]),
    "one": np.array([5.0]),
}
holes = {name: values.copy() for name, values in columns.items() if len(values) > 2}
for name, values in holes.items():
    values[:: 5 if len(values) > 10 else 3] = np.nan


def scalers(quantiles):
    return {
        "standardize": StandardScaler(),
        "minMax": MinMaxScaler(),
        "quantile": QuantileTransformer(n_quantiles=quantiles, subsample=None),
    }


def column(values):
    return np.asarray(values, dtype=np.float64).reshape(-1, 1)


def plain(values):
    return [None if np.isnan(value) else float(value) for value in np.asarray(values).ravel()]


def rounded(values):
    return np.asarray(values).ravel().round(12).tolist()


def case(title, spec, steps, train, new):
    pipeline = make_pipeline(*steps).fit(column(train))
    expected = {"train": rounded(pipeline.transform(column(train))), "new": rounded(pipeline.transform(column(new)))}
    return {"title": title, "spec": spec, "train": plain(train), "new": plain(new), "expected": expected}


cases = []
for name, values in columns.items():
    middle = values[0]
    new = [values.min() - 10, values.min(), np.nextafter(middle, np.inf), middle + 0.4, values.max(), values.max() + 10]
    for scale, scaler in scalers(len(values)).items():
        if scale != "quantile" or len(values) > 1:  # scikit-learn's single quantile makes 0 of everything
            cases.append(case(f"{name}, {scale}", {"scale": scale}, [scaler], values, new))
    if len(values) >= 129:
        quantile = QuantileTransformer(n_quantiles=17, subsample=None)
        cases.append(case(f"{name}, 17 quantiles", {"scale": "quantile", "quantiles": 17}, [quantile], values, new))
for name, values in holes.items():
    new = [np.nan, 1.5, np.nanmax(values)]
    for impute in ("mean", "median", 7.25):
        given = {"strategy": "constant", "fill_value": impute} if isinstance(impute, float) else {"strategy": impute}
        cases.append(case(f"{name}, {impute}", {"impute": impute}, [SimpleImputer(**given)], values, new))
        for scale, scaler in scalers(len(values)).items():
            spec = {"impute": impute, "scale": scale}
            cases.append(case(f"{name}, {impute}, {scale}", spec, [SimpleImputer(**given), scaler], values, new))
prepare = FunctionTransformer(lambda x: np.log1p(np.clip(x, 1, 500)))
cases.append(
    case(
        "amounts, clip, log1p, standardize",
        {"clip": [1, 500], "log1p": True, "scale": "standardize"},
        [prepare, StandardScaler()],
        columns["amounts"],
        [0.5, 600, 20],
    )
)

words = ["b", "a", "c", "a", "b", "d", "a", "é", "10", "9"]
encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(np.array(words)[:, None])
new_words = ["a", "e", "é", "B"]
one_hot = {
    "train": words,
    "new": new_words,
    "categories": encoder.categories_[0].tolist(),
    "expected": encoder.transform(np.array(new_words)[:, None]).astype(int).tolist(),
}

lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in cases)
Path(__file__).with_suffix(".json").write_text(
    f'{{"scikit-learn":"{sklearn.__version__}","numeric":[\n{lines}\n],\n"oneHot":{json.dumps(one_hot, ensure_ascii=False)}}}\n'
)
