/** When events of a file were written, in milliseconds since 1970. */
export interface WrittenFile {
  readonly name: string;
  readonly firstWall?: number;
  readonly lastWall?: number;
}

/** Clocks of two machines may differ so much, in ms. */
const TOLERANCE = 5000;

/**
 * Two files of one folder that different processes wrote at the same time; undefined where there are none. What they say
 * is mixed up then, for every reader.
 *
 * @param files in the order of their names
 */
export function concurrentWriters(files: readonly WrittenFile[]): readonly [string, string] | undefined {
  let latest: WrittenFile | undefined;
  for (const file of files) {
    const isDuring =
      latest?.lastWall !== undefined &&
      file.firstWall !== undefined &&
      file.firstWall + TOLERANCE < latest.lastWall &&
      writerOf(file.name) !== writerOf(latest.name);
    if (isDuring) return [latest!.name, file.name];
    if ((file.lastWall ?? 0) > (latest?.lastWall ?? 0)) latest = file;
  }
  return undefined;
}

/** Host and process of `events.out.tfevents.<seconds>.<host>.<pid>.<n>`; of other names, the name. */
function writerOf(name: string): string {
  return /tfevents\.\d+\.(.+\.\d+)\.\d+$/.exec(name)?.[1] ?? name;
}
