/** Style sheets are bundled as text, for the shadow trees of elements. */
declare module '*.css' {
  const text: string;
  export default text;
}
