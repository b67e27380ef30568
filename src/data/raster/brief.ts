/** A number of a file as messages have it: as many digits as a float32 holds. */
export const brief = (number: number): string => String(Number(number.toPrecision(7)));
