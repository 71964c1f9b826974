"""What ONNX's own checker and ONNX Runtime for Python say of exported files: writes onnx_checker.json.

    EXPORT_TO=DIR node --import tsx test/engine/compiled/export-onnx.test.ts
    python test/reference/onnx_checker.py DIR

Needs onnx and onnxruntime. Fails at the first file that the checker refuses or whose outputs differ by more than 1e-5 of the largest.
"""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime

here = pathlib.Path(__file__).parent
files = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))
operators, opsets, worst = set(), set(), 0.0
for file in files:
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    (imported,) = model.opset_import
    assert imported.domain == "", f"{file.name}: domain {imported.domain}"
    opsets.add(imported.version)
    operators |= {node.op_type for node in model.graph.node}
    (given,) = model.graph.input
    assert given.type.tensor_type.shape.dim[0].dim_param == "batch", file.name
    example = json.loads(file.with_suffix(".json").read_text())
    inputs = numpy.array(example["inputs"], numpy.float32).reshape(example["shape"])
    expected = numpy.array(example["outputs"], numpy.float32)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {given.name: inputs})
    share = numpy.abs(found.ravel() - expected).max() / max(1e-3, numpy.abs(expected).max())
    assert share < 1e-5, f"{file.name}: differs by {share}"
    worst = max(worst, float(share))
(opset,) = opsets
report = {
    "onnx": onnx.__version__,
    "onnxruntime": onnxruntime.__version__,
    "files": len(files),
    "opset": opset,
    "largestDeviation": worst,
    "operators": sorted(operators),
}
(here / "onnx_checker.json").write_text(json.dumps(report) + "\n")
print(f"{len(files)} files checked, largest deviation {worst}")
