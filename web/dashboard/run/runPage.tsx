/** All that is known of one run. */
export function RunPage({ id }: { id: string }) {
  return <h1>{id}</h1>;
}
