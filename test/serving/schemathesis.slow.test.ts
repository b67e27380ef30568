import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { temporaryFolder } from '../tinyRun.js';
import { makeModels, withService } from './servedModels.js';

// The service against its description, by requests that schemathesis makes of it: valid ones, and ones that are wrong in
// every way it knows.

const python = process.env.PIX2PIX_TEST_PYTHON ?? 'python3';
const isThere = spawnSync(python, ['-c', 'import schemathesis'], { stdio: 'ignore' }).status === 0;
const skip =
  !isThere && `no schemathesis in ${python}: pip install schemathesis (name a Python by PIX2PIX_TEST_PYTHON)`;
const TOKEN = 'a-token-of-some-length';

for (const token of [undefined, TOKEN]) {
  test(`schemathesis finds no fault, ${token === undefined ? 'without' : 'with'} a token`, {
    skip,
  }, async () => {
    const runs = temporaryFolder();
    await makeModels(runs, 'only');
    await withService({ checkpointsDir: runs, token }, async (_, url) => {
      const argv = [
        ...[
          '-m',
          'schemathesis.cli',
          'run',
          `${url}/openapi.json`,
          '--seed',
          '1',
          '--max-examples',
          '40',
          '--no-color',
        ],
        // that a text is base64 a schema can say, that it is an image it cannot: random ones are refused with 422
        ...['--exclude-checks', 'positive_data_acceptance'],
        ...(token === undefined ? [] : ['--header', `Authorization: Bearer ${token}`]),
      ];
      const child = spawn(python, argv, { cwd: runs, stdio: ['ignore', 'pipe', 'inherit'] });
      let report = '';
      child.stdout.on('data', (chunk) => (report += chunk));
      const [code] = await once(child, 'close');
      assert.equal(code, 0, report);
      assert.match(report, /Tested: 5/);
    });
  });
}
