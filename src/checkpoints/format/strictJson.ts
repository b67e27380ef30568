/** Objects are Maps, so that no key of a file (`__proto__`) can reach a prototype. */
export type StrictJson = null | boolean | number | string | StrictJson[] | Map<string, StrictJson>;

/** Bounds that a hostile text cannot pass: values in all, and nesting. */
export interface StrictJsonLimits {
  readonly maxValues: number;
  readonly maxDepth: number;
}

/**
 * Parses JSON (RFC 8259) as `JSON.parse` does, but refuses duplicate keys, which `JSON.parse` drops without a word,
 * and counts what it makes. Throws SyntaxError with the position.
 */
export function parseStrictJson(text: string, limits: StrictJsonLimits): StrictJson {
  const parser = new StrictJsonParser(text, limits);
  const value = parser.value(0);
  parser.end();
  return value;
}

const NUMBER = /-?(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?(?:[eE][+-]?\d{1,5})?/y;
const BACKSLASH = 0x5c;

class StrictJsonParser {
  private at = 0;
  private count = 0;

  constructor(
    private readonly text: string,
    private readonly limits: StrictJsonLimits,
  ) {}

  value(depth: number): StrictJson {
    if (depth > this.limits.maxDepth) this.fail(`nested deeper than ${this.limits.maxDepth}`);
    if (++this.count > this.limits.maxValues) this.fail(`more than ${this.limits.maxValues} values`);
    switch (this.peek()) {
      case '{':
        return this.object(depth);
      case '[':
        return this.array(depth);
      case '"':
        return this.string();
      case 't':
        return this.word('true', true);
      case 'f':
        return this.word('false', false);
      case 'n':
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  end(): void {
    if (this.peek() !== '') this.fail('text after the end');
  }

  private object(depth: number): Map<string, StrictJson> {
    const entries = new Map<string, StrictJson>();
    this.at++;
    if (this.peek() === '}') {
      this.at++;
      return entries;
    }
    for (;;) {
      if (this.peek() !== '"') this.fail('a key was expected');
      const key = this.string();
      if (entries.has(key)) this.fail(`duplicate key ${JSON.stringify(key.slice(0, 200))}`);
      this.expect(':');
      entries.set(key, this.value(depth + 1));
      if (this.peek() !== ',') break;
      this.at++;
    }
    this.expect('}');
    return entries;
  }

  private array(depth: number): StrictJson[] {
    const items: StrictJson[] = [];
    this.at++;
    if (this.peek() === ']') {
      this.at++;
      return items;
    }
    for (;;) {
      items.push(this.value(depth + 1));
      if (this.peek() !== ',') break;
      this.at++;
    }
    this.expect(']');
    return items;
  }

  /** Finds the closing quote by hand (a pattern would overflow on megabytes), then lets JSON.parse judge the escapes. */
  private string(): string {
    const start = this.at;
    let end = start;
    do {
      end = this.text.indexOf('"', end + 1);
      if (end < 0) this.fail('a string does not end');
    } while (this.isEscaped(start, end));
    this.at = end + 1;
    try {
      return JSON.parse(this.text.slice(start, end + 1)) as string;
    } catch {
      this.at = start;
      return this.fail('a string holds a control character or a bad escape');
    }
  }

  private isEscaped(start: number, quote: number): boolean {
    let first = quote;
    while (first - 1 > start && this.text.charCodeAt(first - 1) === BACKSLASH) first--;
    return (quote - first) % 2 === 1;
  }

  private number(): number {
    NUMBER.lastIndex = this.at;
    const literal = NUMBER.exec(this.text)?.[0];
    if (literal === undefined) return this.fail('a value was expected');
    this.at += literal.length;
    return Number(literal);
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.fail('a value was expected');
    this.at += word.length;
    return value;
  }

  private expect(character: string): void {
    if (this.peek() !== character) this.fail(`'${character}' was expected`);
    this.at++;
  }

  /** The next character that is no white space, or '' at the end. */
  private peek(): string {
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at];
      if (character !== ' ' && character !== '\n' && character !== '\t' && character !== '\r')
        return character;
    }
    return '';
  }

  private fail(problem: string): never {
    throw new SyntaxError(`${problem} at character ${this.at}`);
  }
}
