/** The message before a device times layers. */
export function tuningNotice(layers: number): string {
  return `timing ${layers} layers by all their algorithms, once for this machine`;
}
