import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sum, times, variable, variables, whole } from '../indices.js';
import { isEachOnce, variablesAt } from './points.js';

test('the variables of a loop at the place of an element that it names', () => {
  const [i, j] = variables([2, 3]);
  const [row, column] = [sum(variable(5, 2), 0), sum(times(variable(6, 2), 2), variable(7, 2))];
  assert.deepEqual(variablesAt([i, j], [2, 3], [2, 3], [row, column]), [row, column]);
  assert.deepEqual(variablesAt([j, i], [3, 2], [2, 3], [column, row]), [row, column], 'in another order');
  assert.deepEqual(variablesAt([whole(0), j], [1, 3], [1, 3], [whole(0), column]), [whole(0), column]);
});

test('a loop that does not go through all elements one by one has no such variables', () => {
  const [i, j] = variables([2, 2]);
  const place = variables([2, 2], 4);
  const diagonal = variablesAt([i, j, i], [2, 2, 2], [2, 2], [...place, place[0]]);
  assert.equal(diagonal, undefined, 'an axis twice');
  assert.equal(variablesAt([i, whole(0)], [2, 2], [2], place), undefined, 'one column');
  assert.equal(variablesAt([i, sum(j, 1)], [2, 3], [2, 2], place), undefined, 'moved');
  assert.equal(variablesAt([i, j], [2, 3], [2, 2], place), undefined, 'a part');
  assert.equal(variablesAt([i], [2], [2, 2], place.slice(1)), undefined, 'an axis of the loop left out');
  assert.equal(variablesAt([whole(0), j], [1, 2], [1, 2], place), undefined, 'elements that are not there');
});

test('an index is another one at each point of a loop', () => {
  const [i, j] = variables([2, 3]);
  assert.ok(isEachOnce([j, whole(0), i], [2, 3]));
  assert.ok(!isEachOnce([i], [2, 3]));
  assert.ok(!isEachOnce([i, i], [2, 3]));
  assert.ok(!isEachOnce([i, times(j, 2)], [2, 3]));
});
