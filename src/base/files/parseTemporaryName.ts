/** The target and the process of a name made by `temporaryName`, or undefined for any other name. */
export function parseTemporaryName(name: string): { target: string; pid: number } | undefined {
  const match = /^\.([^/\\]{1,200})\.(\d{1,10})-[0-9a-f]{8}-\d{1,10}\.tmp$/.exec(name);
  return match === null ? undefined : { target: match[1], pid: Number(match[2]) };
}
