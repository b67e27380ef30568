import type { Program } from '../ir/program.js';
import { elementCount } from '../ir/tensorType.js';
import type { FormChooser, Layer } from '../onnx/graphBuilder.js';
import { chooseByRule, plausibleForms } from './forms.js';
import { choicesOf, type LayerChoice } from './layerChoices.js';
import type { TunedChoicesStore } from './tunedChoices.js';

/** Layers that touch fewer elements are quick in any form: the rule decides, and nothing is timed. */
const WORTH_TIMING = 2 ** 19;

/** Milliseconds by form. */
type Times = Readonly<Record<string, number>>;
type Table = Record<string, Times>;

export interface FormTableSettings {
  /** Where times are kept between processes. */
  readonly store: TunedChoicesStore;
  /** What they hold for: `Device.fingerprint`. */
  readonly fingerprint: string;
  /** Milliseconds of a layer in each of some forms, on the device. */
  readonly timeForms: (choice: LayerChoice, forms: readonly string[]) => Promise<ReadonlyMap<string, number>>;
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
  private readonly worthTiming: number;
  private table: Table | undefined;

  constructor(private readonly settings: FormTableSettings) {
    this.worthTiming = settings.worthTiming ?? WORTH_TIMING;
  }

  /**
   * The choice for a program's layers; those that are not known yet are timed.
   * @param announce is told, before they are timed, how many layers are
   */
  async chooserFor(program: Program, announce: (layers: number) => void = () => {}): Promise<FormChooser> {
    const { store, fingerprint } = this.settings;
    const known = this.table ?? tableIn(await store.read(fingerprint));
    const unknown = new Map<string, LayerChoice>();
    for (const choice of choicesOf(program)) {
      const key = keyOf(choice.layer, choice.forms);
      if (known[key] === undefined && this.isWorth(choice)) unknown.set(key, choice);
    }
    const found: Table = {};
    if (unknown.size > 0 && (await store.add(fingerprint, {}))) {
      announce(unknown.size);
      for (const [key, choice] of unknown) found[key] = await this.time(choice);
      await store.add(fingerprint, found);
    }
    const table = { ...known, ...found };
    this.table = table;
    return (layer, forms) => choose(table, layer, forms);
  }

  private async time(choice: LayerChoice): Promise<Times> {
    const times = await this.settings.timeForms(choice, plausibleForms(choice.layer, choice.forms));
    return Object.fromEntries([...times].map(([form, ms]) => [form, Number(ms.toFixed(3))]));
  }

  private isWorth({ value, layer, forms }: LayerChoice): boolean {
    if (plausibleForms(layer, forms).length < 2) return false;
    const touched = [value, ...value.operands].reduce((sum, { shape }) => sum + elementCount(shape), 0);
    return touched >= this.worthTiming;
  }
}

function choose(table: Table, layer: Layer, forms: readonly string[]): string {
  const times = Object.entries(table[keyOf(layer, forms)] ?? {});
  if (times.length === 0) return chooseByRule(layer, forms);
  return times.reduce((best, time) => (time[1] < best[1] ? time : best))[0];
}

function keyOf({ op, operands, attributes }: Layer, forms: readonly string[]): string {
  const shapes = operands.map((shape) => shape.join('×')).join(' ');
  return `${op} ${shapes} ${JSON.stringify(attributes)}: ${forms.join(' ')}`;
}

/** Those of the kept entries that are times; anyone may have written them. */
function tableIn(kept: Readonly<Record<string, unknown>>): Table {
  const isTime = (x: unknown) => typeof x === 'number' && x >= 0;
  const isTimes = (x: unknown): x is Times =>
    typeof x === 'object' && x !== null && !Array.isArray(x) && Object.values(x).every(isTime);
  return Object.fromEntries(
    Object.entries(kept).filter((entry): entry is [string, Times] => isTimes(entry[1])),
  );
}
