/** The problem with the address of a server, or undefined when there is none; an empty address means no server. */
export function serverAddressFault(address: string): string | undefined {
  if (address === '') return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'it must begin with http:// or https://';
  if (url.username !== '' || url.password !== '') {
    return 'it is kept with the run, so it must hold no password: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD instead';
  }
  if (url.search !== '' || url.hash !== '') return 'it must end before ? and #';
  return undefined;
}
