import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FACADE_CLASSES, FACADE_COLOURS, type FacadeClass } from './labels.js';
import { renderFacade } from './renderFacade.js';

const CLASS_OF = new Map<string, FacadeClass>(
  FACADE_CLASSES.map((name) => [FACADE_COLOURS[name].join(), name] as const),
);

function classesOf(label: Uint8Array): (FacadeClass | undefined)[] {
  const names: (FacadeClass | undefined)[] = [];
  for (let i = 0; i < label.length; i += 3) names.push(CLASS_OF.get(label.subarray(i, i + 3).join()));
  return names;
}

test('the same seed and index give the same bytes, whatever was drawn before; others differ', () => {
  const first = renderFacade(11, 4, 64);
  renderFacade(11, 5, 96);
  assert.deepEqual(renderFacade(11, 4, 64), first);
  assert.notDeepEqual(renderFacade(11, 5, 64).label, first.label);
  assert.notDeepEqual(renderFacade(12, 4, 64).label, first.label);
});

test('a label map has no colour but those of the classes, and a set shows every class', () => {
  const seen = new Set<FacadeClass>();
  for (let index = 0; index < 24; index++) {
    for (const name of classesOf(renderFacade(1, index, 64).label)) {
      assert.ok(name !== undefined);
      seen.add(name);
    }
  }
  assert.deepEqual([...seen].sort(), [...FACADE_CLASSES].sort());
});

test('the same building at every size: label maps of 64 and 256 agree but for edges', () => {
  for (let index = 0; index < 4; index++) {
    const small = classesOf(renderFacade(2, index, 64).label);
    const large = classesOf(renderFacade(2, index, 256).label);
    const same = small.filter((name, i) => name === large[((i >> 6) * 4 + 2) * 256 + (i & 63) * 4 + 2]);
    assert.ok(same.length > small.length * 0.94, `${same.length} of ${small.length}`);
  }
});

test('any size in range works', () => {
  for (const size of [64, 65, 100, 200]) {
    const { photo, label } = renderFacade(1, 1, size);
    assert.deepEqual([photo.length, label.length], [size * size * 3, size * size * 3]);
  }
});

test('the photograph follows the label: sky is blue and bright, panes are darker than the cornice', () => {
  for (let index = 0; index < 6; index++) {
    const { photo, label } = renderFacade(3, index, 128);
    const sums = new Map<FacadeClass, [r: number, b: number, all: number, count: number]>();
    for (const [i, name] of classesOf(label).entries()) {
      const sum = sums.get(name!) ?? [0, 0, 0, 0];
      sum[0] += photo[i * 3];
      sum[1] += photo[i * 3 + 2];
      sum[2] += (photo[i * 3] + photo[i * 3 + 1] + photo[i * 3 + 2]) / 3;
      sum[3]++;
      sums.set(name!, sum);
    }
    const mean = (name: FacadeClass) => sums.get(name)![2] / sums.get(name)![3];
    const [red, blue] = sums.get('sky')!;
    assert.ok(blue > red);
    assert.ok(mean('sky') > 130);
    assert.ok(mean('cornice') > mean('window') + 20);
  }
});
