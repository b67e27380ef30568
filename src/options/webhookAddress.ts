/** The problem with the address that alerts are posted to, or undefined when there is none; an empty one means none. */
export function webhookFault(address: string): string | undefined {
  if (address === '') return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'it must begin with http:// or https://';
  return url.username === '' && url.password === '' ? undefined : 'it must hold no user and no password';
}
