"""Translates images with a service that `pix2pix serve` runs, several with one request; asks again when it is busy.

    python3 examples/serviceClient.py http://127.0.0.1:8098 facades_pix2pix a.png b.png

Writes a.translated.png and b.translated.png. Needs nothing but Python 3; the token, where one is required, is in PIX2PIX_TOKEN.
"""
import base64
import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

service, model, *names = sys.argv[1:]
images = [base64.b64encode(Path(name).read_bytes()).decode() for name in names]
headers = {"Content-Type": "application/json"}
if "PIX2PIX_TOKEN" in os.environ:
    headers["Authorization"] = f"Bearer {os.environ['PIX2PIX_TOKEN']}"
body = json.dumps({"model": model, "images": images}).encode()


def ask() -> dict:
    request = urllib.request.Request(f"{service.rstrip('/')}/v1/translate", body, headers)
    while True:
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 429:
                time.sleep(int(error.headers["Retry-After"]))
                continue
            refusal = json.load(error)
            sys.exit(f"{error.code}: {refusal['error']}\n  fix  {refusal.get('fix', '')}")


for name, translation in zip(names, ask()["images"]):
    path = Path(name).with_suffix(".translated.png")
    path.write_bytes(base64.b64decode(translation["image"]))
    print(f"{path}: {translation['width']}×{translation['height']}")
