"""Time a U-Net's inference in PyTorch on the CPU, eager, as a peer for `npm run bench:translate`.

    python3 bench/python/translate.py --weights generator.safetensors --images 20 --warmup 2 --threads 2

The network is the reference's, in training mode without dropout: batch statistics, as `pix2pix translate` has them.
"""

import argparse
import json
import struct
import time

import torch

from pix2pix_networks import make_generator


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", required=True, help="safetensors that pix2pix export has written")
    parser.add_argument("--images", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--threads", type=int, default=0, help="0: PyTorch's own choice")
    return parser.parse_args()


def read_safetensors(path):
    """The f32 and i64 tensors of a file, without a package for it."""
    types = {"F32": torch.float32, "I64": torch.int64}
    with open(path, "rb") as file:
        data = bytearray(file.read())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        raw = data[8 + length + begin : 8 + length + end]
        tensors[name] = torch.frombuffer(raw, dtype=types[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def main():
    opt = parse_arguments()
    if opt.threads:
        torch.set_num_threads(opt.threads)
    generator = make_generator("unet_256")
    generator.load_state_dict(read_safetensors(opt.weights))
    generator.train()
    for module in generator.modules():
        if isinstance(module, torch.nn.Dropout):
            module.eval()
    image = torch.rand(1, 3, 256, 256) * 2 - 1
    times = []
    with torch.no_grad():
        for i in range(opt.warmup + opt.images):
            start = time.perf_counter()
            generator(image)
            if i >= opt.warmup:
                times.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads(), "image_ms": times}))


if __name__ == "__main__":
    main()
