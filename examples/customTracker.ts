// A remote tracker of one's own: another folder, on a network drive perhaps, gets each run's losses as CSV, its latest
// images, and its networks. Everything that a service would do, with files.
//
//   npm run build && node dist/examples/customTracker.js --dataroot ./datasets/facades --name facades
import { appendFile, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  parseTrainOptions,
  type RemoteFile,
  type RemoteImage,
  type RemoteRun,
  type RemoteTracker,
  type RunEnd,
  type RunFacts,
  registerRemoteTracker,
  type ScalarPoint,
  train,
} from 'pix2pix-ts';

class FolderTracker implements RemoteTracker {
  readonly name: string;
  readonly place: string;

  constructor(folder: string) {
    this.name = `the folder ${folder}`;
    this.place = folder;
  }

  /** Throws where the drive is not mounted: training goes on, and everything that was missed is sent later. */
  async begin(facts: RunFacts): Promise<RemoteRun> {
    const folder = join(this.place, `${facts.name}-${facts.id}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'options.json'), JSON.stringify(facts.record?.sessions.at(-1)?.options));
    const put = async (path: string) => {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      return join(folder, path);
    };
    return {
      id: facts.id,
      // A line may come twice after a failure, as the same line: `sort -u` undoes it.
      scalars: async (points: readonly ScalarPoint[]) => {
        const lines = points.map(({ tag, step, wall, value }) => `${tag},${step},${wall},${value}\n`);
        await appendFile(join(folder, 'scalars.csv'), lines.join(''));
      },
      image: async ({ tag, bytes }: RemoteImage) => writeFile(await put(`${tag}.png`), bytes),
      file: async ({ path, source }: RemoteFile) => copyFile(source, await put(path)),
      end: async (state: RunEnd) => writeFile(join(folder, 'state.txt'), `${state}\n`),
    };
  }
}

registerRemoteTracker(() => new FolderTracker(process.env.RUNS_FOLDER ?? 'runs-elsewhere'));
await train(parseTrainOptions(process.argv.slice(2)));
