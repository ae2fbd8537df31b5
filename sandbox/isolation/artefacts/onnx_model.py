"""Inside: an ONNX file as a model that scores tables.

The graph runs on the processor with as many threads as the worker has. Weights must lie in the
file itself: an initializer may name another file instead, and onnxruntime reads any file below
the working folder for a graph that came as bytes. So the file's messages are walked first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sandbox.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

#: for each message of onnx.proto that may hold a tensor somewhere: which fields hold which
#: message. https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
_FIELDS = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "elsewhere"},
}
#: of a tensor: where its data is, 1 is another file
_DATA_LOCATION = 14


class OnnxModel:
    """Scores with one ONNX graph: its probabilities where it has any, else its last output."""

    def __init__(self, payload: bytes) -> None:
        import onnxruntime

        refuse_other_files(payload)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 1)
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # else a file of onnxruntime's other format is opened, which was not walked
        options.add_session_config_entry("session.load_model_format", "ONNX")
        self.session = onnxruntime.InferenceSession(
            payload, options, providers=["CPUExecutionProvider"]
        )

    def predict(self, features: pd.DataFrame) -> NDArray[Any]:
        """The n × k numbers of n rows; of two classes the second one's probability.

        BadInput when the graph reads another number of columns, or columns of other names.
        """
        outputs = self.session.get_outputs()
        labels = [o for o in outputs if o.type in ("tensor(int64)", "tensor(string)")]
        scores = [o for o in outputs if o not in labels] or labels
        mapped = next((o for o in outputs if o.type.startswith("seq(map(")), None)
        given = self.session.run([(mapped or scores[-1]).name], self._fed(features))[0]
        if mapped:
            return _of_maps(given)
        return _of_classes(given) if len(labels) < len(outputs) and labels else _flat(given)

    def _fed(self, features: pd.DataFrame) -> dict[str, NDArray[Any]]:
        """One matrix, or a column for each of the graph's inputs."""
        inputs = self.session.get_inputs()
        if len(inputs) == 1:
            first = inputs[0]
            width = first.shape[1] if len(first.shape) == 2 else None
            if isinstance(width, int) and width != features.shape[1]:
                raise BadInput(
                    f"There are {features.shape[1]} columns; the ONNX graph reads {width}."
                )
            return {first.name: features.to_numpy().astype(_dtype(first.type), copy=False)}
        names = [given.name for given in inputs]
        if missing := next((name for name in names if name not in features.columns), None):
            raise BadInput(f"Column {missing!r} is missing; the ONNX graph reads it.")
        fed = {}
        for given in inputs:
            column = features[given.name].to_numpy().astype(_dtype(given.type))
            fed[given.name] = column.reshape(-1, 1) if len(given.shape) == 2 else column
        return fed


def refuse_other_files(payload: bytes) -> None:
    """BadInput when the file is no ONNX model or says that its weights lie in another file."""
    waiting = [("model", memoryview(payload))]
    try:
        while waiting:
            message, data = waiting.pop()
            for number, value in _fields(data):
                inner = _FIELDS[message].get(number)
                if inner == "elsewhere" or (
                    message == "tensor" and number == _DATA_LOCATION and value != 0
                ):
                    raise BadInput(
                        "The ONNX file keeps weights in another file; save it as one file, "
                        "with onnx.save(model, path, save_as_external_data=False)."
                    )
                if inner and isinstance(value, memoryview):
                    waiting.append((inner, value))
    except (IndexError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput("The file is not an ONNX model, or it is cut short.") from error


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Field numbers and values of one protobuf message; ValueError when it is none."""
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        if key & 7 == 0:
            value, place = _varint(data, place)
            yield key >> 3, value
            continue
        sizes = {1: 8, 5: 4}
        if key & 7 == 2:
            size, place = _varint(data, place)
        elif key & 7 in sizes:
            size = sizes[key & 7]
        else:
            raise ValueError("a field of no known kind")
        if size > len(data) - place:
            raise ValueError("a field longer than its message")
        yield key >> 3, data[place : place + size]
        place += size


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise ValueError("a number that does not end")


def _dtype(declared: str) -> str:
    """NumPy's name of `tensor(float)` and its like."""
    name = declared.removeprefix("tensor(").removesuffix(")")
    return {"float": "float32", "double": "float64", "string": "object"}.get(name, name)


def _of_maps(rows: list[dict[Any, float]]) -> NDArray[np.float64]:
    """Of a list of {class: probability}: the second class, classes in order."""
    import numpy as np

    classes = sorted(rows[0])
    return np.array([row[classes[min(1, len(classes) - 1)]] for row in rows], dtype=np.float64)


def _of_classes(given: Any) -> NDArray[Any]:
    """Of an n × 2 matrix of probabilities the second column, of others all."""
    matrix = _flat(given)
    return matrix[:, 1] if matrix.ndim == 2 and matrix.shape[1] == 2 else matrix


def _flat(given: Any) -> NDArray[Any]:
    """A matrix; of one column, its values."""
    import numpy as np

    matrix = np.asarray(given)
    return matrix[:, 0] if matrix.ndim == 2 and matrix.shape[1] == 1 else matrix
