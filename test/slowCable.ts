/**
 * A cable between two namespaces of networks on which every packet takes some milliseconds: few kernels have `tc`'s netem, nearly all have
 * /dev/net/tun. `node slowCable.js ALPHA BETA INTERFACE MILLISECONDS`, as root; says `ready`, and works until it is ended.
 */
import { closeSync, openSync, read, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import koffi from 'koffi';

// linux/if_tun.h, sched.h
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const CLONE_NEWNET = 0x40000000;
/** struct ifreq: a name of 16 bytes, then what is asked for. */
const IFREQ_BYTES = 40;
const NAME_BYTES = 16;
const LARGEST_PACKET = 65_536;

const libc = koffi.load('libc.so.6');
const setns = libc.func('int setns(int fd, int nstype)');
const ioctl = libc.func('int ioctl(int fd, unsigned long request, void *argument)');

/** The end of the cable in a namespace: a descriptor each read of which gives a packet, and each write takes one. */
function openEnd(namespace: string, name: string): number {
  const descriptor = openSync(`/run/netns/${namespace}`, 'r');
  if (setns(descriptor, CLONE_NEWNET) !== 0) throw new Error(`${namespace} cannot be entered`);
  closeSync(descriptor);
  const end = openSync('/dev/net/tun', 'r+');
  const request = Buffer.alloc(IFREQ_BYTES);
  request.write(name);
  request.writeUInt16LE(IFF_TUN | IFF_NO_PI, NAME_BYTES);
  if (ioctl(end, TUNSETIFF, request) !== 0)
    throw new Error(`no interface ${name} can be made in ${namespace}`);
  return end;
}

/** Hands on what leaves one end to the other, each packet `delay` milliseconds after it came. */
async function carry(from: number, to: number, delay: number): Promise<never> {
  for (;;) {
    const { bytesRead, buffer } = await promisify(read)(
      from,
      Buffer.alloc(LARGEST_PACKET),
      0,
      LARGEST_PACKET,
      null,
    );
    setTimeout(() => handOn(to, buffer.subarray(0, bytesRead)), delay);
  }
}

function handOn(to: number, packet: Uint8Array): void {
  try {
    writeSync(to, packet);
  } catch {} // that end is down: a cable loses what nobody takes
}

const [alpha, beta, name, milliseconds] = process.argv.slice(2);
const ends = [openEnd(alpha, name), openEnd(beta, name)] as const;
console.log('ready');
await Promise.all([
  carry(ends[0], ends[1], Number(milliseconds)),
  carry(ends[1], ends[0], Number(milliseconds)),
]);
