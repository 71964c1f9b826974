"""Writes small archives in the format of CIFAR's binary versions: `python make-cifar.py` in this folder, Python 3 alone.

Record n (training examples first, over all files) has the class n % 10, or n % 5 and n % 7 for CIFAR-100, and the pixel
(37 n + 80 plane + 3 row + 5 column) % 256; the order of the files in the archive is not that of the examples, as in the real ones.
"""

import gzip
import io
import tarfile


def record(n, labels):
    planes = ((37 * n + 80 * c + 3 * y + 5 * x) % 256 for c in range(3) for y in range(32) for x in range(32))
    return bytes([*labels, *planes])


def write(name, folder, files):
    with open(name, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as packed:
        with tarfile.open(fileobj=packed, mode="w") as archive:
            directory = tarfile.TarInfo(folder)
            directory.type = tarfile.DIRTYPE
            archive.addfile(directory)
            for file, content in files.items():
                entry = tarfile.TarInfo(f"{folder}/{file}")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))


def records(numbers, labels):
    return b"".join(record(n, labels(n)) for n in numbers)


ten = lambda n: [n % 10]
write(
    "cifar-10.tar.gz",
    "cifar-10-batches-bin",
    {
        "data_batch_1.bin": records([0, 1], ten),
        "batches.meta.txt": b"airplane\nautomobile\n",
        "data_batch_3.bin": records([4, 5], ten),
        "data_batch_2.bin": records([2, 3], ten),
        "test_batch.bin": records([10, 11, 12], ten),
        "data_batch_5.bin": records([8, 9], ten),
        "readme.html": b"<html></html>",
        "data_batch_4.bin": records([6, 7], ten),
    },
)
hundred = lambda n: [n % 5, n % 7]
write(
    "cifar-100.tar.gz",
    "cifar-100-binary",
    {"test.bin": records(range(12, 15), hundred), "train.bin": records(range(12), hundred)},
)
write("cifar-short.tar.gz", "cifar-10-batches-bin", {"data_batch_1.bin": records([0, 1], ten)[:-1]})
write("cifar-lacking.tar.gz", "cifar-10-batches-bin", {"data_batch_2.bin": records([2, 3], ten)})
