import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c } from './crc32c.js';

/** RFC 3720, appendix B.4; the RFC prints the four bytes of each checksum in transmission order. */
const vectors: [name: string, bytes: Uint8Array, transmitted: string][] = [
  ['32 zeros', new Uint8Array(32), 'aa36918a'],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), '43aba862'],
  ['32 bytes counting up', Uint8Array.from({ length: 32 }, (_, i) => i), '4e79dd46'],
  ['32 bytes counting down', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), '5cdb3f11'],
  [
    'an iSCSI read command',
    Buffer.from(
      '01c00000000000000000000000000000140000000000040000000014000000182800000000000000' + '0200000000000000',
      'hex',
    ),
    '563a96d9',
  ],
];

for (const [name, bytes, transmitted] of vectors) {
  test(`crc32c of RFC 3720: ${name}`, () => {
    assert.equal(crc32c(bytes), Buffer.from(transmitted, 'hex').readUInt32LE());
  });
}
