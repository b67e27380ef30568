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

/** Runs `build` in the scope of that whole name, whatever the current one is. */
export function inScope<T>(scope: string, build: () => T): T {
  const outside = stack.splice(0, stack.length, scope);
  try {
    return build();
  } finally {
    stack.splice(0, stack.length, ...outside);
  }
}

/** The scope in force, such as `generator.down.3.conv`; empty at the top. */
export function currentScope(): string {
  return stack.join('.');
}
