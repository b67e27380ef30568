"""Time one optimize_parameters of pix2pix in PyTorch on the CPU, as a peer for `npm run bench`.

    python3 bench/python/step.py --size 256 --batch 1 --steps 10 --warmup 3 --threads 2 --mode eager --json

Modes: eager (what the reference does), channels_last (both networks and the images), compile (torch.compile of both
networks; needs a C++ compiler). --fused-adam replaces the optimiser's loop over tensors by its fused kernel.
"""

import argparse
import json
import resource
import statistics
import sys
import time

import torch

from pix2pix_networks import init_normal, make_discriminator, make_generator
from pix2pix import Pix2Pix

SIZES = {32: "unet_32", 64: "unet_64", 128: "unet_128", 256: "unet_256"}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256, choices=sorted(SIZES), help="image side, which picks the U-Net")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--ngf", type=int, default=64)
    parser.add_argument("--ndf", type=int, default=64)
    parser.add_argument("--steps", type=int, default=10, help="steps that are timed")
    parser.add_argument("--warmup", type=int, default=3, help="steps before them")
    parser.add_argument("--threads", type=int, default=0, help="0: PyTorch's own choice")
    parser.add_argument("--mode", default="eager", choices=["eager", "channels_last", "compile"])
    parser.add_argument("--fused-adam", action="store_true")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a line of text")
    return parser.parse_args()


def build(opt):
    generator = init_normal(make_generator(SIZES[opt.size], ngf=opt.ngf)).train()
    discriminator = init_normal(make_discriminator(ndf=opt.ndf)).train()
    images = [torch.rand(opt.batch, 3, opt.size, opt.size) * 2 - 1 for _ in range(2)]
    if opt.mode == "channels_last":
        generator, discriminator = (n.to(memory_format=torch.channels_last) for n in (generator, discriminator))
        images = [image.to(memory_format=torch.channels_last) for image in images]
    if opt.mode == "compile":
        generator, discriminator = torch.compile(generator), torch.compile(discriminator)
    return Pix2Pix(generator, discriminator, fused=opt.fused_adam or None), images


def time_calls(call, warmup, count):
    """Milliseconds of each of `count` calls after `warmup` untimed ones."""
    times = []
    for i in range(warmup + count):
        start = time.perf_counter()
        call()
        if i >= warmup:
            times.append((time.perf_counter() - start) * 1000)
    return times


def main():
    opt = parse_arguments()
    if opt.threads:
        torch.set_num_threads(opt.threads)
    torch.manual_seed(0)
    model, (real_A, real_B) = build(opt)

    step = time_calls(lambda: model.optimize_parameters(real_A, real_B), opt.warmup, opt.steps)
    # Linux counts ru_maxrss in KiB, macOS in bytes; taken before the forward passes below, which training has not
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    with torch.no_grad():
        forward = time_calls(lambda: model.G(real_A), 1, opt.steps)

    result = {
        "torch": torch.__version__,
        "mode": opt.mode,
        "fused_adam": opt.fused_adam,
        "threads": torch.get_num_threads(),
        "size": opt.size,
        "batch": opt.batch,
        "ngf": opt.ngf,
        "ndf": opt.ndf,
        "step_ms_median": statistics.median(step),
        "step_ms": step,
        "generator_forward_ms_median": statistics.median(forward),
        "generator_forward_ms": forward,
        "peak_rss_bytes": rss,
        "losses": {name: float(loss.detach()) for name, loss in model.losses.items()},
    }
    if opt.json:
        print(json.dumps(result))
    else:
        print(f"PyTorch {result['torch']} {opt.mode}, {result['threads']} threads: step "
              f"{result['step_ms_median']:.0f} ms, generator {result['generator_forward_ms_median']:.0f} ms, "
              f"peak RSS {rss / 2**30:.2f} GiB")


if __name__ == "__main__":
    main()
