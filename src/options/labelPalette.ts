/** What is wrong with the colours of classes, or nothing. */
export function paletteFault(text: string): string | undefined {
  const isList = text === '' || /^[0-9a-f]{6}(,[0-9a-f]{6}){0,255}$/i.test(text);
  return isList ? undefined : 'is colours as RRGGBB, in turn: 000000,ff0000';
}
