import { nameOfRefused, OP } from './opcodes.js';
import { PickleReader } from './pickleReader.js';
import { Dict, describeValue, type Global, type PickleValue, Tuple } from './pickleValues.js';
import { Refusal } from './refusal.js';

/** The objects that a pickle may create. Everything that is no plain data is created by one of these four functions. */
export interface PickleWorld {
  /** A class or function by its name, or a refusal. */
  global(global: Global): PickleValue;
  /** Calls what `global` gave: `REDUCE`. */
  call(callable: PickleValue, args: readonly PickleValue[]): PickleValue;
  /** An object that lies outside the pickle: `BINPERSID`. */
  external(id: PickleValue): PickleValue;
  /** Sets the state of an object: `BUILD`. */
  build(target: PickleValue, state: PickleValue): void;
}

/** A state dict of 1,000 tensors in one batch takes some 3,000 places on the stack and 20,000 in the memo. */
const LIMITS = { stack: 100_000, memo: 2_000_000, marks: 1_000 };

/**
 * Python's pickle machine, cut down to the opcodes of tensors in dictionaries. It runs no code: names lead only to what
 * `world` offers, and every opcode that would make another object is refused by its name.
 *
 * @param bytes begin with the pickle; anything after its STOP is ignored
 * @returns the object, and how many bytes the pickle has
 * @throws Refusal for a pickle that is anything else, is cut off, or exceeds a limit
 */
export function unpickle(bytes: Uint8Array, world: PickleWorld): { value: PickleValue; bytes: number } {
  const machine = new PickleMachine(new PickleReader(bytes), world);
  return { value: machine.run(), bytes: machine.reader.at };
}

class PickleMachine {
  private readonly stack: PickleValue[] = [];
  /** Heights of the stack at each MARK. */
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(
    readonly reader: PickleReader,
    private readonly world: PickleWorld,
  ) {}

  run(): PickleValue {
    for (;;) {
      const opcode = this.reader.u8();
      if (opcode === OP.STOP) break;
      const isDone = this.data(opcode) || this.collection(opcode) || this.object(opcode);
      if (!isDone) this.refuseOpcode(opcode);
    }
    const value = this.pop();
    if (this.stack.length > 0 || this.marks.length > 0) throw new Refusal('the pickle leaves values behind');
    return value;
  }

  /** Numbers, texts, and values seen before. */
  private data(opcode: number): boolean {
    const { reader } = this;
    switch (opcode) {
      case OP.PROTO:
        this.requireProtocol(reader.u8());
        return true;
      case OP.NONE:
        return this.push(null);
      case OP.NEWTRUE:
        return this.push(true);
      case OP.NEWFALSE:
        return this.push(false);
      case OP.BININT:
        return this.push(reader.i32());
      case OP.BININT1:
        return this.push(reader.u8());
      case OP.BININT2:
        return this.push(reader.u16());
      case OP.LONG1:
        return this.push(reader.long(reader.u8()));
      case OP.BINFLOAT:
        return this.push(reader.f64());
      case OP.BINUNICODE:
      case OP.BINSTRING:
        return this.push(reader.text(reader.u32()));
      case OP.SHORT_BINSTRING:
        return this.push(reader.text(reader.u8()));
      case OP.BINGET:
        return this.push(this.recall(reader.u8()));
      case OP.LONG_BINGET:
        return this.push(this.recall(reader.u32()));
      case OP.BINPUT:
        return this.remember(reader.u8());
      case OP.LONG_BINPUT:
        return this.remember(reader.u32());
      default:
        return false;
    }
  }

  /** Tuples, lists and dictionaries. */
  private collection(opcode: number): boolean {
    switch (opcode) {
      case OP.MARK:
        if (this.marks.length >= LIMITS.marks) throw new Refusal('the pickle is nested too deeply');
        this.marks.push(this.stack.length);
        return true;
      case OP.EMPTY_TUPLE:
        return this.push(new Tuple([]));
      case OP.TUPLE1:
      case OP.TUPLE2:
      case OP.TUPLE3:
        return this.push(new Tuple(this.popSome(opcode - OP.TUPLE1 + 1)));
      case OP.TUPLE:
        return this.push(new Tuple(this.popMarked()));
      case OP.EMPTY_LIST:
        return this.push([]);
      case OP.APPEND:
        return this.extend(this.popSome(1));
      case OP.APPENDS:
        return this.extend(this.popMarked());
      case OP.EMPTY_DICT:
        return this.push(new Dict());
      case OP.SETITEM:
        return this.setItems(this.popSome(2));
      case OP.SETITEMS:
        return this.setItems(this.popMarked());
      default:
        return false;
    }
  }

  /** Objects, which `world` creates. */
  private object(opcode: number): boolean {
    switch (opcode) {
      case OP.GLOBAL:
        return this.push(this.world.global(this.reader.global()));
      case OP.BINPERSID:
        return this.push(this.world.external(this.pop()));
      case OP.REDUCE: {
        const [callable, args] = this.popSome(2);
        if (!(args instanceof Tuple)) throw new Refusal('REDUCE without a tuple of arguments');
        return this.push(this.world.call(callable, args.items));
      }
      case OP.BUILD: {
        const state = this.pop();
        this.world.build(this.top(), state);
        return true;
      }
      default:
        return false;
    }
  }

  private extend(items: readonly PickleValue[]): true {
    const list = this.top();
    if (!Array.isArray(list)) throw new Refusal(`APPENDS to ${describeValue(list)}`);
    for (const item of items) list.push(item);
    return true;
  }

  private setItems(items: readonly PickleValue[]): true {
    const dict = this.top();
    if (!(dict instanceof Dict)) throw new Refusal(`SETITEMS on ${describeValue(dict)}`);
    if (items.length % 2 !== 0) throw new Refusal('SETITEMS with a key that has no value');
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
    return true;
  }

  private push(value: PickleValue): true {
    if (this.stack.length >= LIMITS.stack)
      throw new Refusal('the pickle fills the stack', { limit: LIMITS.stack });
    this.stack.push(value);
    return true;
  }

  /** The stack down to the innermost mark is within reach, nothing below it. */
  private get reach(): number {
    return this.stack.length - (this.marks.at(-1) ?? 0);
  }

  private top(): PickleValue {
    if (this.reach === 0) throw new Refusal('the pickle takes a value from an empty stack');
    return this.stack[this.stack.length - 1];
  }

  private pop(): PickleValue {
    return this.popSome(1)[0];
  }

  private popSome(count: number): PickleValue[] {
    if (this.reach < count) throw new Refusal('the pickle takes a value from an empty stack');
    return this.stack.splice(this.stack.length - count);
  }

  private popMarked(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw new Refusal('the pickle asks for a mark that it has not set');
    return this.stack.splice(mark);
  }

  private remember(index: number): true {
    if (index >= LIMITS.memo) throw new Refusal('the pickle fills the memo', { index, limit: LIMITS.memo });
    this.memo.set(index, this.top());
    return true;
  }

  private recall(index: number): PickleValue {
    const value = this.memo.get(index);
    if (value === undefined) throw new Refusal(`the pickle recalls memo ${index}, which it has not set`);
    return value;
  }

  private requireProtocol(protocol: number): void {
    if (protocol <= 2) return;
    throw new Refusal(
      `the pickle is of protocol ${protocol}`,
      { read: 'protocols to 2, which torch.save uses unless told otherwise' },
      'save it again without pickle_protocol',
    );
  }

  private refuseOpcode(opcode: number): never {
    // INST names what it makes, as GLOBAL does.
    const global = nameOfRefused(opcode) === 'INST' ? ` of ${this.reader.global()}` : '';
    throw new Refusal(`the pickle has the opcode ${nameOfRefused(opcode)}${global}, which no state dict has`);
  }
}
