// Watches a folder, and translates every image that is put there. Ctrl-C ends it.
//
//   npm run build && node dist/examples/watchFolder.js facades_pix2pix inbox outbox
import { existsSync, mkdirSync, readdirSync, statSync, watch } from 'node:fs';
import { join, parse } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { loadGenerator, translateFiles } from 'pix2pix-ts';

const [model, inbox, outbox, checkpointsDir] = process.argv.slice(2);
mkdirSync(inbox, { recursive: true });
const generator = await loadGenerator(model, { checkpointsDir });
const underWay = new Map<string, Promise<void>>();
const watcher = watch(inbox, (_, name) => name && take(name));
for (const name of readdirSync(inbox)) take(name);
console.log(`watching ${inbox}`);

process.once('SIGINT', async () => {
  watcher.close();
  await Promise.all(underWay.values());
  await generator.dispose();
});

function take(name: string): void {
  if (underWay.has(name) || !/\.(png|jpe?g|webp|tiff?)$/i.test(name)) return;
  underWay.set(
    name,
    translate(name).finally(() => underWay.delete(name)),
  );
}

async function translate(name: string): Promise<void> {
  const source = join(inbox, name);
  const output = join(outbox, `${parse(name).name}.png`);
  await complete(source);
  if (!existsSync(source) || isNewer(output, source)) return;
  const { failures } = await translateFiles(generator, [{ source, name, output, format: 'png' }]);
  console.log(failures.length === 0 ? `${name}: translated` : failures[0].error.message);
}

/** Waits until whoever writes the file has written it: its size stays as it is. */
async function complete(file: string): Promise<void> {
  const size = () => statSync(file, { throwIfNoEntry: false })?.size;
  for (let before = size(); ; before = size()) {
    await wait(200);
    if (size() === before) return;
  }
}

function isNewer(file: string, than: string): boolean {
  const [one, other] = [file, than].map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs);
  return one !== undefined && other !== undefined && one >= other;
}
