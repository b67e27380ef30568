/** Offers something to the person as a download. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = Object.assign(document.createElement('a'), {
    href: address,
    download: name.replaceAll('/', '_'),
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
