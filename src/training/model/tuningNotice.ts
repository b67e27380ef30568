/** What a person is told before a device times layers. */
export function tuningNotice(layers: number): string {
  return `timing ${layers} layers in all their forms, once for this machine`;
}
