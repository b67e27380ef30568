/** Milliseconds that a service has to take an alert. */
const PATIENCE = 10_000;
/** Characters of a text: Discord takes no more. */
const LONGEST = 2000;

/** Something that a person wants to be told of a training. */
export interface Alert {
  readonly event: 'nan' | 'plateau' | 'finished' | 'max_steps' | 'stopped' | 'failed';
  readonly run: string;
  /** One line. */
  readonly text: string;
  /** Images since the start of the run, and the epoch, where it had come to one. */
  readonly step?: number;
  readonly epoch?: number;
}

/**
 * Posts an alert as JSON: `text` is what Slack, Mattermost and their like show, `content` the same for Discord. Nothing
 * but the alert is sent, and only to this address: redirects are not followed.
 *
 * @throws Error with the reason where it is not taken
 */
export async function postAlert(address: string, alert: Alert, patience = PATIENCE): Promise<void> {
  const text = `${alert.run}: ${alert.text}`.slice(0, LONGEST);
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...alert, text, content: text }),
    redirect: 'manual',
    signal: AbortSignal.timeout(patience),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`it answers ${response.status}`);
}
