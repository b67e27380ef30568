"""Time one optimize_parameters of pix2pix in PyTorch, as a peer for `npm run bench` and `npm run bench:gpu`.

    python3 bench/python/step.py --size 256 --batch 1 --steps 10 --warmup 3 --threads 2 --mode eager --json
    python3 bench/python/step.py --device cuda --batch 16 --mode bf16 --json

Modes: eager (what the reference does), channels_last (both networks and the images), bf16 (the same under autocast),
compile (torch.compile of both networks; needs a C++ compiler, on CUDA Triton). --tf32 lets CUDA round the operands of
products to 10 bits. --fused-adam replaces the optimiser's loop over tensors by its fused kernel; `if-there` does so where
this PyTorch has one for the device, and the result says whether it had.
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


def thread_counts(text):
    return [int(count) for count in text.split(",")]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256, choices=sorted(SIZES), help="image side, which picks the U-Net")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--ngf", type=int, default=64)
    parser.add_argument("--ndf", type=int, default=64)
    parser.add_argument("--steps", type=int, default=10, help="steps that are timed")
    parser.add_argument("--warmup", type=int, default=3, help="steps before them")
    parser.add_argument("--threads", type=thread_counts, default=[0],
                        help="0: PyTorch's own choice; several, as 2,4,8: one result for each")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--mode", default="eager", choices=["eager", "channels_last", "bf16", "compile"])
    parser.add_argument("--tf32", action="store_true")
    parser.add_argument("--fused-adam", nargs="?", default="no", const="yes", choices=["no", "yes", "if-there"])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a line of text")
    return parser.parse_args()


class Autocast(torch.nn.Module):
    """A network whose forward pass is made in bf16 where autocast finds that safe; losses and weights stay in fp32."""

    def __init__(self, network, device):
        super().__init__()
        self.network, self.device = network, device

    def forward(self, x):
        with torch.autocast(self.device, dtype=torch.bfloat16):
            y = self.network(x)
        return y.float()


def has_fused_adam(device):
    """Fused Adam came to CUDA with PyTorch 1.13 and to the CPU with 2.4; where it is not, it refuses."""
    try:
        parameter = torch.nn.Parameter(torch.zeros(1, device=device))
        parameter.grad = torch.zeros_like(parameter)
        torch.optim.Adam([parameter], fused=True).step()
        return True
    except (RuntimeError, TypeError):
        return False


def build(opt):
    """The model, its images, and whether its Adam is fused."""
    generator = init_normal(make_generator(SIZES[opt.size], ngf=opt.ngf)).train().to(opt.device)
    discriminator = init_normal(make_discriminator(ndf=opt.ndf)).train().to(opt.device)
    images = [torch.rand(opt.batch, 3, opt.size, opt.size, device=opt.device) * 2 - 1 for _ in range(2)]
    if opt.mode in ("channels_last", "bf16"):
        generator, discriminator = (n.to(memory_format=torch.channels_last) for n in (generator, discriminator))
        images = [image.to(memory_format=torch.channels_last) for image in images]
    if opt.mode == "bf16":
        generator, discriminator = Autocast(generator, opt.device), Autocast(discriminator, opt.device)
    if opt.mode == "compile":
        generator, discriminator = torch.compile(generator), torch.compile(discriminator)
    is_fused = opt.fused_adam == "yes" or (opt.fused_adam == "if-there" and has_fused_adam(opt.device))
    return Pix2Pix(generator, discriminator, fused=is_fused or None), images, is_fused


def choose_precision(opt):
    if opt.device != "cuda":
        return
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = opt.tf32
    torch.backends.cudnn.benchmark = True


def time_calls(call, warmup, count, device="cpu"):
    """Milliseconds of each of `count` calls after `warmup` untimed ones; on CUDA, which works on while Python goes ahead, of
    all of them together, as a training runs them."""
    for _ in range(warmup):
        call()
    if device == "cuda":
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(count):
            call()
        torch.cuda.synchronize()
        return [(time.perf_counter() - start) * 1000 / count]
    times = []
    for _ in range(count):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return times


def main():
    opt = parse_arguments()
    torch.manual_seed(0)
    choose_precision(opt)
    model, images, is_fused = build(opt)
    for threads in opt.threads:
        if threads:
            torch.set_num_threads(threads)
        show(measure(opt, model, images, is_fused), opt.json)


def measure(opt, model, images, is_fused):
    real_A, real_B = images
    step = time_calls(lambda: model.optimize_parameters(real_A, real_B), opt.warmup, opt.steps, opt.device)
    # The highest of the process so far, before the forward passes below; with several --threads those of the counts before are
    # in it. Linux counts ru_maxrss in KiB, macOS in bytes.
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    with torch.no_grad():
        forward = time_calls(lambda: model.G(real_A), 1, opt.steps, opt.device)

    return {
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name() if opt.device == "cuda" else "cpu",
        "mode": opt.mode,
        "tf32": opt.tf32,
        "fused_adam": is_fused,
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
        "peak_gpu_bytes": torch.cuda.max_memory_reserved() if opt.device == "cuda" else None,
        "losses": {name: float(loss.detach()) for name, loss in model.losses.items()},
    }


def show(result, as_json):
    if as_json:
        print(json.dumps(result), flush=True)
    else:
        print(f"PyTorch {result['torch']} {result['mode']} on {result['device']}, {result['threads']} threads: step "
              f"{result['step_ms_median']:.0f} ms, generator {result['generator_forward_ms_median']:.0f} ms, "
              f"peak RSS {result['peak_rss_bytes'] / 2**30:.2f} GiB")


if __name__ == "__main__":
    main()
