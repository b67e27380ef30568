/** How a number between pixels is found. */
export const RESIZE_FILTERS = ['bicubic', 'bilinear', 'nearest'] as const;
export type ResizeFilter = (typeof RESIZE_FILTERS)[number];

/** The filters of what goes in and of what comes out. */
export function parseResizeFilters(text: string): readonly [input: ResizeFilter, output: ResizeFilter] {
  const [input, output = input] = text.split(',') as ResizeFilter[];
  return [input, output];
}

/** What is wrong with the names of filters, or nothing. */
export function resizeFilterFault(text: string): string | undefined {
  const names = text.split(',');
  const isValid =
    names.length <= 2 && names.every((name) => (RESIZE_FILTERS as readonly string[]).includes(name));
  return isValid ? undefined : `is ${RESIZE_FILTERS.join(', ')}, or two of them: nearest,bicubic`;
}
