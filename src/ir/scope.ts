/**
 * Scopes name where in the network a value was made (`generator.down.3.conv`), for errors, printed graphs and profiles.
 */
const stack: string[] = [];

/** Runs `build` with `name` appended to the current scope. */
export function withScope<T>(name: string, build: () => T): T {
  stack.push(name);
  try {
    return build();
  } finally {
    stack.pop();
  }
}

/** The scope in force, such as `generator.down.3.conv`; empty at the top. */
export function currentScope(): string {
  return stack.join('.');
}
