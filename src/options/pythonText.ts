import type { OptionScalar, OptionSpec } from './spec.js';

/** A value as Python prints it, so that names of runs and option files read as those of the reference. */
export function pythonText(value: OptionScalar, kind?: OptionSpec['kind']): string {
  if (value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return value;
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return kind === 'float' ? pythonFloat(value) : String(value);
}

/** Python's repr of a float: `100.0`, `0.0002`, `1e-05` (exponents below -4 and from 16 on). */
function pythonFloat(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const [digits, exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  if (value !== 0 && (power < -4 || power >= 16)) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
