import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomically } from '../../base/files/atomicFile.js';
import { cacheFolder } from '../../base/files/cacheFolder.js';
import type { Program } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import type { FormChooser, Layer } from '../onnx/graphBuilder.js';
import { chooseByRule, plausibleForms } from './forms.js';
import { choicesOf, type LayerChoice, timeForms } from './layerTiming.js';
import { runtimeVersion } from './session.js';

/** Layers that touch fewer elements are quick in any form: the rule decides, and nothing is timed. */
const WORTH_TIMING = 2 ** 19;
/** Runs of each form; the first one, which is not counted, meets cold memory. */
const ROUNDS = 3;

/** Milliseconds by form. */
type Times = Readonly<Record<string, number>>;
type Table = Record<string, Times>;

export interface FormTableSettings {
  readonly threads: number;
  /** Is told, before they are timed, how many layers are. */
  readonly announce?: (layers: number) => void;
  /** Where times are kept between processes. Default: forms.json in the cache folder. */
  readonly file?: string;
  /** Elements that a layer's operands and result must have in all to be timed. */
  readonly worthTiming?: number;
}

/**
 * Which form of each layer is the fastest on this machine: timed when a program first asks, kept for all that follow.
 *
 * What cannot be kept is not timed: then the rule decides, since a training that is continued must not compute in
 * other forms, with other rounding, than before.
 */
export class FormTable {
  private readonly machine: string;
  private readonly file: string;
  private readonly worthTiming: number;
  private table: Table;

  constructor(private readonly settings: FormTableSettings) {
    const { threads, file, worthTiming } = settings;
    this.machine = `${cpus()[0]?.model.trim()}, ${threads || cpus().length} threads, ${runtimeVersion()}`;
    this.file = file ?? join(cacheFolder(), 'forms.json');
    this.worthTiming = worthTiming ?? WORTH_TIMING;
    this.table = readTables(this.file)[this.machine] ?? {};
  }

  /** The choice for a program's layers; those that are not known yet are timed. */
  async chooserFor(program: Program): Promise<FormChooser> {
    const unknown = new Map<string, LayerChoice>();
    for (const choice of choicesOf(program)) {
      const key = keyOf(choice.layer, choice.forms);
      if (this.table[key] === undefined && this.isWorth(choice)) unknown.set(key, choice);
    }
    if (unknown.size > 0 && this.keep({})) {
      this.settings.announce?.(unknown.size);
      const found: Table = {};
      for (const [key, choice] of unknown) found[key] = await this.time(choice);
      this.table = { ...this.table, ...found };
      this.keep(found);
    }
    return (layer, forms) => this.choose(layer, forms);
  }

  private choose(layer: Layer, forms: readonly string[]): string {
    const times = Object.entries(this.table[keyOf(layer, forms)] ?? {});
    if (times.length === 0) return chooseByRule(layer, forms);
    return times.reduce((best, time) => (time[1] < best[1] ? time : best))[0];
  }

  private async time(choice: LayerChoice): Promise<Times> {
    const forms = plausibleForms(choice.layer, choice.forms);
    const times = await timeForms(choice, forms, this.settings.threads, ROUNDS);
    return Object.fromEntries([...times].map(([form, ms]) => [form, Number(ms.toFixed(3))]));
  }

  private isWorth({ value, layer, forms }: LayerChoice): boolean {
    if (plausibleForms(layer, forms).length < 2) return false;
    const touched = [value, ...value.operands].reduce((sum, { shape }) => sum + elementCount(shape), 0);
    return touched >= this.worthTiming;
  }

  /** Adds times to the file, which other processes may have written to in the meantime. False: it cannot be written. */
  private keep(found: Table): boolean {
    const tables = readTables(this.file);
    const merged = { ...tables, [this.machine]: { ...tables[this.machine], ...found } };
    try {
      writeFileAtomically(this.file, `${JSON.stringify(merged, null, 1)}\n`, false);
      return true;
    } catch {
      return false;
    }
  }
}

function keyOf({ op, operands, attributes }: Layer, forms: readonly string[]): string {
  const shapes = operands.map((shape) => shape.join('×')).join(' ');
  return `${op} ${shapes} ${JSON.stringify(attributes)}: ${forms.join(' ')}`;
}

/** What the file holds, by machine. A file that is missing or is none of ours is as good as empty. */
function readTables(file: string): Record<string, Table> {
  try {
    const tables: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isTables(tables) ? tables : {};
  } catch {
    return {};
  }
}

function isTables(json: unknown): json is Record<string, Table> {
  const isRecord = (x: unknown): x is Record<string, unknown> =>
    typeof x === 'object' && x !== null && !Array.isArray(x);
  const every = (x: unknown, holds: (y: unknown) => boolean) => isRecord(x) && Object.values(x).every(holds);
  const isTime = (x: unknown) => typeof x === 'number' && x >= 0;
  return every(json, (table) => every(table, (times) => every(times, isTime)));
}
