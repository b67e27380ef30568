/** Why something could not be sent, in one short line: the cause behind fetch's own message, "fetch failed". */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const { message: told, code } = Object(cause) as { message?: string; code?: string };
  return (told || code || message).replace(/\s+/g, ' ').slice(0, 300);
}
