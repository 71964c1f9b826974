"""Writes the NumPy and Parquet files that the tests read: `python make-files.py` (made with numpy 2.4.6, pyarrow 25.0.1) in this folder."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

x = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
y = np.array([0, 1, 2, 1])

# One file for each element type; values are 0..7 with the sign or fraction that the type can hold.
base = np.arange(8).reshape(4, 2)
for name in ["b1", "u1", "u2", "u4", "i1", "i2", "i4", "i8", "f4", "f8", ">i2", ">f4", ">i8"]:
    kind = name.lstrip(">")[0]
    values = base % 2 if kind == "b" else base * (-1 if kind == "i" else 0.25 if kind == "f" else 1)
    np.save(f"{name.replace('>', 'big-')}.npy", values.astype(name))
np.save("wide.npy", np.array([1, 2**40]))
np.save("fortran.npy", np.asfortranarray(np.arange(24, dtype=np.float32).reshape(4, 2, 3)))
np.save("labels.npy", y)
np.save("labels-column.npy", y.astype(np.uint8)[:, None])
np.save("float16.npy", base.astype(np.float16))
np.save("object.npy", np.array(["a", None], dtype=object), allow_pickle=True)
np.save("scalar.npy", np.float32(1))
np.save("none.npy", np.zeros((0, 3), np.float32))
for version in [(2, 0), (3, 0)]:
    with open(f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, base.astype(np.int32), version=version)
np.savez("plain.npz", x_train=x, y_train=y, x_test=x[:2], y_test=y[:2])
np.savez_compressed("packed.npz", x_train=x, y_train=y, zeros=np.zeros((4, 50, 50), np.float32))

table = pa.table(
    {
        "a": pa.array([1.5, -2, 3, 4, 5], pa.float64()),
        "n": pa.array([1, 2, 3, 4, 5], pa.int64()),
        "small": pa.array([1, 2, 3, 4, 250], pa.uint8()),
        "kind": pa.array(["u", "v", "u", "w", "v"]),
        "flag": pa.array([True, False, True, True, False]),
        "y": pa.array(["no", "yes", "yes", "no", "no"]),
    }
)
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    pq.write_table(table, f"{codec}.parquet", compression=codec, row_group_size=2)
pq.write_table(table.set_column(0, "a", pa.array([1.5, None, 3, 4, 5])), "null.parquet")
pq.write_table(table.set_column(0, "a", pa.array([1.5, float("nan"), 3, 4, 5])), "nan.parquet")
pq.write_table(table.set_column(0, "a", pa.array([[1], [2], [3], [4], [5]])), "list.parquet")
pq.write_table(table.set_column(0, "a", pa.array([0, 1, 2, 3, 4], pa.timestamp("ms"))), "time.parquet")
pq.write_table(table.slice(0, 0), "empty.parquet")
