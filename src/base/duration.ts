const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

/** `12 s`, `4 min`, `2 h 5 min`, `3 d 4 h`: for people to read, rounded to two units. `?` while it is not known. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '?';
  if (Math.round(seconds) < MINUTE) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? inTwo(hours, 'h', minutes % 60, 'min')
    : inTwo(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function inTwo(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/**
 * `0:07`, `12:05`, `2:31:07`, `3d 04:05`: to the second and of a steady width, for lines that are redrawn or stand below
 * each other. `--:--` while it is not known.
 */
export function formatClock(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '--:--';
  const whole = Math.round(seconds);
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  const [hours, minutes, rest] = [(whole % DAY) / HOUR, (whole % HOUR) / MINUTE, whole % MINUTE];
  if (whole >= DAY) return `${Math.floor(whole / DAY)}d ${two(hours)}:${two(minutes)}`;
  if (whole >= HOUR) return `${Math.floor(hours)}:${two(minutes)}:${two(rest)}`;
  return `${Math.floor(minutes)}:${two(rest)}`;
}
