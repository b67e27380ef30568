/** The images of the chosen runs, the same step across them. */
export function ImagesView() {
  return <p>Images</p>;
}
